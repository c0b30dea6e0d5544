/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of knowledge by number: for each ABI one array, made when the ABI is first seen.
 */
#ifndef SNUG_RECORD_CALL_TABLE_H
#define SNUG_RECORD_CALL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/arch.h"
#include "snug/capability_inference.h"
#include "snug/event.h"
#include "snug/syscall_access.h"
#include "snug/syscall_argument.h"

/* A number past every table, and every number that no row speaks of, has the empty row. */
struct call_row {
	const char *name;			/* NULL in the empty row */
	const struct syscall_access **accesses;	/* owned; those that hold for this ABI */
	size_t access_count;
	const struct syscall_argument *arguments[EVENT_ARGS_MAX];
	size_t argument_count;
	const struct capability_inference *inferences;	/* a run of rows */
	size_t inference_count;
};

/* Above the highest number of every ABI in the table (469 in Linux 6.17, x32's 512 to 547). Private
 * ranges above it (ARM's 0xf0000) hold no call that a row speaks of. */
#define CALL_NUMBERS_MAX 1024

struct call_table;

struct call_table *call_table_new(const struct arch *abi);
struct call_table *call_table_free(struct call_table *table);	/* accepts NULL, returns NULL */
/* Does such a call, when it succeeds, put its caller elsewhere: another folder, root or set of mounts? */
bool call_moves(const struct call_row *row);
/* Of a call that only tells to which address it goes, and of which nothing else is inferred: the argument that is the address, which may
 * be missing. -1: it is another. */
int call_address(const struct call_row *row);
const struct call_row *call_table_find(const struct call_table *table, uint64_t number);	/* never NULL */
const struct call_row *call_table_by_name(const struct call_table *table, const char *name);	/* never NULL */

#endif
