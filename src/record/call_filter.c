/* SPDX-License-Identifier: Apache-2.0 */
/* Classic BPF, a pair of instructions for each call; see call_filter.h. */
#include "record/call_filter.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/memory.h"

#define ROWS_MAX 16		/* of one call; one more than the longest jump allows would be 19 */
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
	call_filter_pass_unless(filter, number, NULL, 0);
}

/* seccomp_data tells arguments as 64 bits in the machine's order, and a filter loads 32: which half is the lower one? */
#define LOWER_FIRST (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define ARGUMENT(index, upper) \
	(uint32_t)(offsetof(struct seccomp_data, args) + 8 * (index) + ((upper) == LOWER_FIRST ? 4 : 0))
#define HALF_SIZE 3		/* instructions */
#define ROW_SIZE_MAX (2 * 2 * HALF_SIZE + 1)

/* Goes on behind the row when this half of the argument is another. */
static size_t add_half(struct sock_filter *code, const struct condition *when, bool upper)
{
	const uint32_t mask = (uint32_t)(upper ? when->mask >> 32 : when->mask);
	const uint32_t value = (uint32_t)(upper ? when->value >> 32 : when->value);
	const struct sock_filter half[HALF_SIZE] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT(when->index, upper)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0),
	};

	if (!mask)
		return 0;
	memcpy(code, half, sizeof(half));
	return HALF_SIZE;
}

static size_t row_code(struct sock_filter code[ROW_SIZE_MAX], const struct syscall_access *row)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(row->when); i++) {
		n += add_half(code + n, &row->when[i], false);
		n += add_half(code + n, &row->when[i], true);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	for (size_t at = HALF_SIZE - 1; at < n - 1; at += HALF_SIZE)
		code[at].jf = (unsigned char)(n - 1 - at);
	return n;
}

void call_filter_pass_unless(struct call_filter *filter, uint32_t number, const struct syscall_access *const *rows, size_t count)
{
	struct sock_filter code[ROWS_MAX * ROW_SIZE_MAX + 2];
	size_t n = 1;

	if (count > ROWS_MAX || filter->length + ARRAY_SIZE(code) >= CALL_FILTER_MAX)
		return;
	for (size_t i = 0; i < count; i++)
		n += row_code(code + n, rows[i]);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, (unsigned char)(n - 1));
	add(filter, code, n);
}

void call_filter_end(struct call_filter *filter)
{
	const struct sock_filter tail[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };

	add(filter, tail, ARRAY_SIZE(tail));
}
