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

#include "record/audit_head.h"
#include "record/audit_log.h"
#include "record/audit_process.h"
#include "snug/event.h"

struct audit_call_hooks {
	struct event_sink sink;
	void *context;
	/* Something of a call that was sent is not known; `what` says it in words. */
	void (*on_unknown)(void *context, const char *what);
	/* Where `name`, from `start` and as `pid` had it, leads, symlinks resolved; owned by the caller, NULL = cannot be told. The hook
	 * itself may be NULL: then paths stand as they were passed, and a note says so. */
	char *(*resolve)(void *context, pid_t pid, const char *start, const char *name, bool last_stays);
	/* Is it one of those whose calls are told of? 1, 0, -1 = the record does not say: then who has made a call is, and nobody else. */
	int (*is_member)(void *context, const struct audit_target *target);
};

struct audit_calls;

struct audit_calls *audit_calls_new(const struct audit_call_hooks *hooks);
struct audit_calls *audit_calls_free(struct audit_calls *calls);	/* accepts NULL, returns NULL */

/* These return 1, 0 for a call whose ABI or number cannot be read, or the negative errno with which the sink refused an event. */

#define EFFECT_PARTS_MAX 2	/* a call has at most two names, and as many descriptors */

/* What decoding a call looked at beside the records of its event, and what came of it beside events. */
struct audit_effect {
	bool is_wanted;		/* by who asks: else only the events count, and what follows may be left out */
	bool cannot_repeat;	/* it looked at something that is not told here */
	uint8_t looked_at;	/* set of 1 << argument */
	bool is_exec, has_executed;
	char *program, *before;	/* owned; the process's program; of an execve() also the one before, NULL = not known */
	struct {
		int fd;
		uint64_t origin;	/* see struct audit_descriptor; 0 = was not known */
	} looked_up[EFFECT_PARTS_MAX];
	size_t looked_up_count;
	const char *unknown[EFFECT_PARTS_MAX];	/* what on_unknown() was told */
	size_t unknown_count;
	struct audit_descriptor *made;	/* one of its users; NULL = none */
};

void audit_effect_done(struct audit_effect *effect);

/* `call` is the SYSCALL record of `event`, `head` what was read of it, NULL = not yet; `exe` its program, NULL = not told. To be ended by
 * audit_effect_done(), whatever is returned. */
int audit_calls_add(struct audit_calls *calls, const struct audit_event *event, const struct audit_record *call,
		    const struct audit_head *head, const char *exe, struct audit_effect *effect);

/* Does again what came of an event of the same words, if `pid` is found as its process was; false if it is not. */
bool audit_calls_repeat(struct audit_calls *calls, pid_t pid, pid_t parent, const struct audit_effect *effect);

/* A SECCOMP record: what a filter logged or refused. */
int audit_calls_add_filtered(struct audit_calls *calls, const struct audit_record *record, const char *exe);

/* No call follows: sends what only the whole tells. */
int audit_calls_end(struct audit_calls *calls);

/* Records were lost: what descriptors were is not known any more. */
void audit_calls_forget(struct audit_calls *calls);

/* The machine's own ABI, as far as its calls tell; NULL without a call. */
const struct arch *audit_calls_abi(const struct audit_calls *calls);

#endif
