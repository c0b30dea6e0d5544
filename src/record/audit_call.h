/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the records of a call to events.
 *
 * What a call's arguments mean stands in knowledge/syscall_access, as for every recorder; what they are stands in the records
 * of its event (audit_details.h), or was told by those of calls before (audit_process.h). What neither tells is
 * counted as unknown and never guessed.
 */
#ifndef SNUG_RECORD_AUDIT_CALL_H
#define SNUG_RECORD_AUDIT_CALL_H

#include "record/audit_log.h"
#include "snug/event.h"

struct audit_call_hooks {
	struct event_sink sink;
	void *context;
	/* Something of a call that was sent is not known; `what` says it in words. */
	void (*on_unknown)(void *context, const char *what);
	/* Where `path`, absolute and as `pid` had it, leads, symlinks resolved; owned by the caller, NULL = cannot be told. The hook
	 * itself may be NULL: then paths stand as they were passed, and a note says so. */
	char *(*resolve)(void *context, pid_t pid, const char *path, bool last_stays);
};

struct audit_calls;

struct audit_calls *audit_calls_new(const struct audit_call_hooks *hooks);
struct audit_calls *audit_calls_free(struct audit_calls *calls);	/* accepts NULL, returns NULL */

/* These return 1, 0 for a call whose ABI or number cannot be read, or the negative errno with which the sink refused an event. */

/* `call` is the SYSCALL record of `event`; `exe` its program, NULL = not told. */
int audit_calls_add(struct audit_calls *calls, const struct audit_event *event, const struct audit_record *call, const char *exe);

/* A SECCOMP record: what a filter logged or refused. */
int audit_calls_add_filtered(struct audit_calls *calls, const struct audit_record *record, const char *exe);

/* No call follows: sends what only the whole tells. */
int audit_calls_end(struct audit_calls *calls);

/* Records were lost: what descriptors were is not known any more. */
void audit_calls_forget(struct audit_calls *calls);

/* The machine's own ABI, as far as its calls tell; NULL without a call. */
const struct arch *audit_calls_abi(const struct audit_calls *calls);

#endif
