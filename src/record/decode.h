/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a call to events: what every recorder that sees arguments has in common.
 *
 *	decode_entry() at the call's entry: reads strings, resolves paths, while the old names still exist
 *	decode_exit() with its result, or decode_unseen() where a recorder cannot see results: sends the events
 *
 * What each argument means stands in knowledge/syscall_access; nothing here knows a call by name.
 * A recorder supplies `struct task`: how to read the caller's memory and where its /proc folder is. The decoder keeps what is already
 * known, so that a known (call, path, flags) costs no look-up in /proc.
 */
#ifndef SNUG_RECORD_DECODE_H
#define SNUG_RECORD_DECODE_H

#include <sys/types.h>

#include "snug/error.h"
#include "snug/event.h"

struct decoder;

/* A caller, as a recorder knows it. */
struct task {
	pid_t tid;		/* as this process's /proc names it */
	pid_t pid;		/* its thread group */
	const char *by;		/* path of its program, NULL = not yet known; borrowed */
	enum phase phase;
	void *context;		/* for the two callbacks */
	/* Copies up to `length` bytes; returns how many (short at an unmapped page), or a negative errno. */
	ssize_t (*read_memory)(void *context, uint64_t address, void *buffer, size_t length);
	/* Is this process part of the recording? For the target of signals and traces. */
	bool (*is_member)(void *context, pid_t pid);
};

struct call {
	const struct arch *abi;
	uint64_t number;
	uint64_t args[6];
};

/* What decode_entry() found out; lives between a call's entry and its exit. */
struct pending;

struct decoder *decoder_new(const struct event_sink *sink);
struct decoder *decoder_free(struct decoder *decoder);

/* Never fails because of what the caller passed. `*ret` is NULL when the call's exit cannot teach anything new
 * (the recorder may then let it run on without an exit stop); else owned by the caller. */
int decode_entry(struct decoder *decoder, const struct task *task, const struct call *call, struct pending **ret);

/* Sends the events; ends `pending` (NULL is fine). */
int decode_exit(struct decoder *decoder, const struct task *task, struct pending *pending, int64_t result);

/* The same without a result: the call was cut short by the caller's death, or the recorder is blind to results. */
int decode_unseen(struct decoder *decoder, const struct task *task, struct pending *pending);

/* A task called execve() and it succeeded: its program is now another. Sends the EXEC and FILE events
 * and returns the new program's path (owned by the decoder, stable), NULL when it cannot be told. */
const char *decode_exec(struct decoder *decoder, const struct task *task, struct pending *pending);

#endif
