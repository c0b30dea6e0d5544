/* SPDX-License-Identifier: Apache-2.0 */
/* See told_call.h. */
#include "record/told_call.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/cleanup.h"
#include "snug/digest.h"
#include "snug/memory.h"
#include "snug/syscall_argument.h"
#include "snug/text.h"

#define ABIS_MAX 32	/* above the rows of arch_at() */

static uint64_t highest_bit(uint64_t value)
{
	return value ? (uint64_t)1 << (63 - __builtin_clzll(value)) : 0;
}

/* fstat() is such a call in glibc 2.33 to 2.38, with "" for a path: a look at what is open already. Whoever gives a path, too, looks at
 * that by a call that has the same registers; what is missed then is a look, which no profile knows. */
static bool is_fstat(const struct syscall_access *access)
{
	return access->subject == SUBJECT_PATH && access->access == ACCESS_LOOK && access->follow.empty == AT_EMPTY_PATH;
}

/* Where nothing is said of an access: without an address, or without a bit for which a condition of the row asks. */
static bool is_silent_when(const struct syscall_access *access, struct condition *ret)
{
	if (access->subject == SUBJECT_ADDRESS) {	/* only with a pointer is move_addr_to_kernel() called, net/socket.c */
		*ret = (struct condition){ (unsigned int)access->arg[1], UINT64_MAX, 0 };
		return true;
	}
	if (is_fstat(access)) {
		*ret = (struct condition){ (unsigned int)access->arg[2], UINT64_MAX, AT_EMPTY_PATH };
		return true;
	}
	for (size_t i = 0; i < 2; i++) {
		*ret = (struct condition){ access->when[i].index, highest_bit(access->when[i].mask & access->when[i].value), 0 };
		if (ret->mask)
			return true;
	}
	return false;
}

/* Both hold, told as one: of two arguments it cannot be. */
static bool unite(struct condition *into, const struct condition *other)
{
	if (!into->mask)
		*into = *other;
	if (!other->mask || (into->index == other->index && into->mask == other->mask && into->value == other->value))
		return true;
	into->mask |= other->mask;
	return into->index == other->index && into->value == 0 && other->value == 0;
}

bool told_by_registers(const struct call_row *row, struct condition *ret)
{
	*ret = (struct condition){ 0 };
	for (size_t i = 0; i < row->argument_count; i++)
		if (row->arguments[i]->index & ARGUMENT_POINTED_TO)
			return false;
	for (size_t i = 0; i < row->access_count; i++) {
		struct condition silent;

		if (!is_silent_when(row->accesses[i], &silent) || !unite(ret, &silent))
			return false;
	}
	return true;
}

/* By whom a signal to a group is meant shows in who has founded it, and may have ended since: setpgid(2), setsid(2), kill(2). */
static const char *const founding[] = { "setpgid", "setsid" };

static bool founds_group(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(founding); i++)
		if (strcmp(founding[i], name) == 0)
			return true;
	return false;
}

/* On every ABI of this machine's kernel: a filter's rule for a name is one for all of them. */
static bool told_on_all(struct call_table *const *tables, const char *name, struct condition *ret)
{
	bool told = true;

	*ret = (struct condition){ 0 };
	for (size_t i = 0; told && arch_at(i); i++) {
		int number = tables[i] ? syscall_number(arch_at(i), name) : -1;
		struct condition here;

		if (number >= 0)
			told = told_by_registers(call_table_find(tables[i], (uint64_t)number), &here) && unite(ret, &here);
	}
	return told;
}

static void add(struct told_calls *calls, const char *name, const struct condition *when)
{
	calls->items = xrealloc(calls->items, calls->count + 1, sizeof(*calls->items));
	calls->items[calls->count++] = (struct told_call){ xstrdup(name), *when };
}

static void mark(struct told_calls *calls)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	for (size_t i = 0; i < calls->count; i++) {
		const struct told_call *call = &calls->items[i];

		text_printf(&text, "%s %u %" PRIx64 " %" PRIx64 "\n", call->name, call->when.index, call->when.mask, call->when.value);
	}
	if (calls->count)
		snprintf(calls->mark, sizeof(calls->mark), "%016" PRIx64, digest_of(text.data, text.length));
}

void told_calls_find(struct told_calls *ret, bool (*asks)(void *context, const char *name, uint64_t number), void *context)
{
	const struct arch *native = arch_native();
	struct call_table *tables[ABIS_MAX] = { NULL };

	for (size_t i = 0; native && i < ABIS_MAX && arch_at(i); i++)
		if (strcmp(arch_at(i)->family, native->family) == 0)
			tables[i] = call_table_new(arch_at(i));
	for (uint64_t number = 0; native && number < CALL_NUMBERS_MAX; number++) {
		const char *name = call_table_find(tables[native - arch_at(0)], number)->name;
		struct condition when;

		if (name && !founds_group(name) && asks(context, name, number) && told_on_all(tables, name, &when))
			add(ret, name, &when);
	}
	for (size_t i = 0; i < ABIS_MAX; i++)
		call_table_free(tables[i]);
	mark(ret);
}

const struct told_call *told_calls_get(const struct told_calls *calls, const char *name)
{
	for (size_t i = 0; calls && i < calls->count; i++)
		if (strcmp(calls->items[i].name, name) == 0)
			return &calls->items[i];
	return NULL;
}

void told_calls_done(struct told_calls *calls)
{
	for (size_t i = 0; i < calls->count; i++)
		free(calls->items[i].name);
	free(calls->items);
	*calls = (struct told_calls){ 0 };
}
