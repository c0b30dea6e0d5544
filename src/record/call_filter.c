/* SPDX-License-Identifier: Apache-2.0 */
/* Classic BPF, a tree of comparisons with a leaf for each run of numbers that are decided alike; see call_filter.h. */
#include "record/call_filter.h"

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "record/call_table.h"
#include "snug/arch.h"
#include "snug/memory.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

static void add(struct call_filter *filter, const struct sock_filter *code, size_t count)
{
	for (size_t i = 0; i < count; i++)
		filter->code[filter->length++] = code[i];
}

static void add_answer(struct call_filter *filter, uint32_t answer)
{
	add(filter, &(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer), 1);
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

static size_t row_code(struct sock_filter code[ROW_SIZE_MAX], const struct condition *when, size_t count, uint32_t answer)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		n += add_half(code + n, &when[i], false);
		n += add_half(code + n, &when[i], true);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
	for (size_t at = HALF_SIZE - 1; at < n - 1; at += HALF_SIZE)
		code[at].jf = (unsigned char)(n - 1 - at);
	return n;
}

/* A comparison, a jump where the left half is longer than a comparison reaches, an answer. */
#define TREE_SIZE_MAX 3		/* instructions a number */

static void add_row(struct call_filter *filter, const struct syscall_access *row, uint32_t answer)
{
	struct sock_filter code[ROW_SIZE_MAX];
	size_t count = row_code(code, row->when, ARRAY_SIZE(row->when), answer);

	add(filter, code, count);
}

static void add_leaf(struct call_filter *filter, const struct call_decision *decision, uint32_t number)
{
	const size_t rows = decision->unless_count + decision->among_count;
	const size_t needed = rows * ROW_SIZE_MAX + TREE_SIZE_MAX * (CALL_NUMBERS_MAX - number);
	const bool passes = decision->passes && !decision->among_count;

	if (filter->length + needed > CALL_FILTER_MAX) {
		add_answer(filter, SECCOMP_RET_TRACE);
		return;
	}
	for (size_t i = 0; i < decision->unless_count; i++)
		add_row(filter, decision->unless[i], SECCOMP_RET_TRACE);
	for (size_t i = 0; i < decision->among_count; i++)
		add_row(filter, decision->among[i], SECCOMP_RET_ALLOW);
	add_answer(filter, passes ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRACE);
}

static bool are_alike(const struct call_decision *decisions, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		if (decisions[i].unless_count || decisions[i].among_count || decisions[i].passes != decisions[first].passes)
			return false;
	return true;
}

/* The number is loaded. Each way through it ends with an answer. */
static void add_tree(struct call_filter *filter, const struct call_decision *decisions, uint32_t first, uint32_t end)
{
	const uint32_t middle = first + (end - first) / 2;
	size_t at, left;

	if (end - first == 1 || are_alike(decisions, first, end)) {
		add_leaf(filter, &decisions[first], first);
		return;
	}
	at = filter->length;
	filter->length += 2;
	add_tree(filter, decisions, first, middle);
	left = filter->length - at - 2;
	filter->code[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, middle, 0, 1);
	filter->code[at + 1] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)left);
	add_tree(filter, decisions, middle, end);
}

void call_filter_make(struct call_filter *filter, struct call_decision (*decide)(void *context, uint32_t number), void *context)
{
	const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch_native()->audit_arch, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, CALL_NUMBERS_MAX, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct call_decision *decisions = xcalloc(CALL_NUMBERS_MAX, sizeof(*decisions));

	for (uint32_t number = 0; number < CALL_NUMBERS_MAX; number++)
		decisions[number] = decide(context, number);
	filter->length = 0;
	add(filter, head, ARRAY_SIZE(head));
	add_tree(filter, decisions, 0, CALL_NUMBERS_MAX);
	free(decisions);
}
