/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of files that are known, and need not be told again: neither by the decoder nor, once they come again and again, by the
 * kernel, whose filter drops the entries of such calls as far as it takes them.
 *
 * A use is the path and the registers that decide what the call does to it, so that another use of the same path is told.
 */
#ifndef SNUG_RECORD_TRACEFS_KNOWN_H
#define SNUG_RECORD_TRACEFS_KNOWN_H

#include "record/call_table.h"
#include "record/decode.h"
#include "record/tracefs_events.h"
#include "snug/string_set.h"

struct tracefs_known;

struct tracefs_known *tracefs_known_new(struct tracefs_events *events, const struct call_table *table);
struct tracefs_known *tracefs_known_free(struct tracefs_known *known);	/* accepts NULL, returns NULL */

struct known_use {
	const struct call *call;
	const char *paths[TRACEFS_ARGS_MAX];	/* what arguments point to, NULL = that is no path */
	const char *by;				/* the program, by its address */
	unsigned long place;			/* where it stands */
	bool closes_on_exec;			/* the descriptor that it opens */
};

/* Which file such a call is about, of which it would tell nothing new; NULL = it has to be told. Borrowed until the next call. */
const char *tracefs_known_file(struct tracefs_known *known, const struct known_use *use);

/* One has been told, and that is the file. `may_drop`: the kernel may be asked to. */
void tracefs_known_call(struct tracefs_known *known, const struct known_use *use, const char *file, bool may_drop);

/* The files that calls of this number may be about whose entries were dropped. */
const struct string_set *tracefs_known_files(const struct tracefs_known *known, uint64_t number);
bool tracefs_known_closes_on_exec(const struct tracefs_known *known, uint64_t number);

/* A name is another file's now, and so are those below; NULL = any may be. What was dropped since then is doubtful. */
void tracefs_known_changed(struct tracefs_known *known, const char *name);
bool tracefs_known_is_doubtful(const struct tracefs_known *known, uint64_t number);

/* Everything is news to somebody. */
void tracefs_known_forget(struct tracefs_known *known);

/* Names mean something else from process to process: nothing is dropped any more. */
void tracefs_known_end(struct tracefs_known *known);

#endif
