/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls tell all in their registers: nothing has to be read or looked up while the caller waits.
 *
 * By the same rows of knowledge by which the decoder reads the others.
 */
#ifndef SNUG_RECORD_TOLD_CALL_H
#define SNUG_RECORD_TOLD_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/call_table.h"
#include "snug/syscall_access.h"

/* The condition under which the calls of this row tell all: one whose mask is 0 always holds. False: they never do. */
bool told_by_registers(const struct call_row *row, struct condition *ret);

struct told_call {
	char *name;			/* owned */
	struct condition when;		/* on every ABI of this machine's kernel */
};

/* Sorted by number. */
struct told_calls {
	struct told_call *items;	/* owned */
	size_t count;
	char mark[2 * sizeof(uint64_t) + 1];	/* tells these from any others; "" = there are none */
};

/* In a record profile's metadata, before the mark: a container may come under a profile that was made for other calls, or to a listener
 * that has nobody tell of them. */
#define TOLD_PREFIX "snug.told="

/* Adds the calls of the machine's own ABI that asks() wants, and that tell all on some condition: to whom nothing but the registers is
 * known, not even who calls. */
void told_calls_find(struct told_calls *ret, bool (*asks)(void *context, const char *name, uint64_t number), void *context);
const struct told_call *told_calls_get(const struct told_calls *calls, const char *name);	/* NULL = it is none; `calls` may be NULL */
void told_calls_done(struct told_calls *calls);

#endif
