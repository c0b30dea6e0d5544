/* SPDX-License-Identifier: Apache-2.0 */
/* Classic BPF, a pair of instructions for each call; see call_filter.h. */
#include "record/call_filter.h"

#include <linux/seccomp.h>
#include <stddef.h>

#include "snug/arch.h"
#include "snug/memory.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

static void add(struct call_filter *filter, const struct sock_filter *code, size_t count)
{
	for (size_t i = 0; i < count; i++)
		filter->code[filter->length++] = code[i];
}

void call_filter_begin(struct call_filter *filter)
{
	const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch_native()->audit_arch, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		LOAD(nr),
	};

	filter->length = 0;
	add(filter, head, ARRAY_SIZE(head));
}

void call_filter_pass(struct call_filter *filter, uint32_t number)
{
	const struct sock_filter row[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	if (filter->length + ARRAY_SIZE(row) < CALL_FILTER_MAX)
		add(filter, row, ARRAY_SIZE(row));
}

void call_filter_end(struct call_filter *filter)
{
	const struct sock_filter tail[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };

	add(filter, tail, ARRAY_SIZE(tail));
}
