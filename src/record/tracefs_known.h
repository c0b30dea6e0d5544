/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that are known, and need not be told again: the kernel's filter drops the entries of calls that use them.
 *
 * A filter holds what comes again and again, as far as the kernel takes it. It names the task's name, the path and the registers that
 * decide what the call does to it, so that another program's use of the same path is told, and another use.
 */
#ifndef SNUG_RECORD_TRACEFS_KNOWN_H
#define SNUG_RECORD_TRACEFS_KNOWN_H

#include "record/call_table.h"
#include "record/decode.h"
#include "record/tracefs_events.h"

struct tracefs_known;

struct tracefs_known *tracefs_known_new(struct tracefs_events *events, const struct call_table *table);
struct tracefs_known *tracefs_known_free(struct tracefs_known *known);	/* accepts NULL, returns NULL */

/* Set of 1 << index of the registers that say what a call does to its files. */
unsigned int tracefs_known_registers(const struct call_row *row);

/* Such a call of a task of this name would tell nothing new, and has come often. `paths[i]`: what argument i points to, NULL = that
 * is no path. */
void tracefs_known_call(struct tracefs_known *known, const struct call *call, const char *name,
			const char *const paths[static 6]);

/* What a path names may be another file now, or there is another program: it may bear the same name. */
void tracefs_known_forget(struct tracefs_known *known);

#endif
