/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's capability checks, each bound to the call in which it was made and to that call's result.
 *
 *	capability_tracker_new()
 *	→ capability_task_starts() → capability_call_begins() → capability_checked()… → capability_call_ends() → …
 *	→ capability_task_ends() → capability_tracker_free()
 *
 * Pure: a recorder tells what it saw, in the order in which each task did it, and EVENT_CAPABILITY goes into the sink.
 * One tracker a recorded run. What a recorder does not see (an entry or an exit that it has switched off) it just
 * does not tell: the check then goes out with the outcome `unknown`, which policy takes for a success, and
 * so a missed event makes a profile larger and never too small. What must be seen, the `_wanted` functions tell.
 */
#ifndef SNUG_RECORD_CAPABILITY_CHECK_H
#define SNUG_RECORD_CAPABILITY_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/decode.h"
#include "record/set_ids.h"
#include "snug/cleanup.h"
#include "snug/event.h"

struct capability_tracker;

struct capability_check {
	int number;		/* CAP_* */
	bool granted;		/* cap_capable() returned 0 */
	bool unaudited;		/* CAP_OPT_NOAUDIT; false where the recorder cannot tell: the tracepoint has no field for it */
	bool own_userns;	/* asked of a user namespace that the recorded program made itself */
	const char *const *stack;	/* functions, innermost first, without offsets; from cap_capable() outwards or any part */
	size_t depth;			/* 0 = the recorder has none */
};

/* Capabilities that nobody asks the kernel for, and that must be there all the same. */
enum capability_way {
	CAPABILITY_OF_FILE,	/* the permitted set of a program's file: exec fails where one is out of the bounding set */
	CAPABILITY_SET,		/* capset() asked to keep it and got it */
	CAPABILITY_AMBIENT,	/* PR_CAP_AMBIENT_RAISE did */
};

/* `ceiling`: every capability that any recorded process could have had at the start: the bounding set, and
 * what was permitted beyond it. What is granted outside of it was asked under other credentials. UINT64_MAX = not known. */
struct capability_tracker *capability_tracker_new(const struct event_sink *sink, uint64_t ceiling);
struct capability_tracker *capability_tracker_free(struct capability_tracker *tracker);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct capability_tracker *, capability_tracker_free);

/* Somebody joined who could have these, too. */
void capability_tracker_raise(struct capability_tracker *tracker, uint64_t ceiling);

/* A task begins: as a copy of `parent` (its ids are), or 0: nothing is known of it. */
void capability_task_starts(struct capability_tracker *tracker, pid_t tid, pid_t parent);

/* Its ids, read by the recorder. From here on the tracker follows them by the calls that it is told of. */
void capability_task_has_ids(struct capability_tracker *tracker, pid_t tid, const struct task_ids *ids);

/* An exec succeeded: `tid` goes on, in the call that `old_tid` (mostly the same) began. `set_ids`: the file has a set-id bit
 * or cannot be told not to have one: its ids are then no longer known. */
void capability_task_execs(struct capability_tracker *tracker, pid_t tid, pid_t old_tid, bool set_ids);

/* The next five return 0, or the negative errno with which the sink refused an event. Of `task` they look at tid, by and phase. */

/* What is still open of it goes out with the outcome `unknown`. */
int capability_task_ends(struct capability_tracker *tracker, pid_t tid);

/* Events were lost: the same for all tasks, and nobody's ids are known any more. */
int capability_events_lost(struct capability_tracker *tracker);

/* A call's entry and its exit. An earlier call of the task whose exit was not told ends with the next entry, its result
 * unknown. A check without an entry before it bears the name that its stack tells, or none, and what the next exit says
 * of it is believed only where that is the careful thing to do. */
int capability_call_begins(struct capability_tracker *tracker, const struct task *task, const struct call *call);
int capability_call_ends(struct capability_tracker *tracker, const struct task *task, const struct arch *abi,
			 uint64_t number, int64_t result);

/* A check. It goes out when its call ends; at once where the result cannot matter. */
int capability_checked(struct capability_tracker *tracker, const struct task *task,
		       const struct capability_check *check);

/* Capabilities (a set of 1 << CAP_*) that were needed without a check. The recorder tells of files and capset();
 * the tracker sees PR_CAP_AMBIENT_RAISE itself. */
int capability_obtained(struct capability_tracker *tracker, const struct task *task, enum capability_way way,
			uint64_t set);

/* Must the events of a call stay on? While a check in it is not settled, and for ever where its arguments decide (calls that
 * set ids or modes, prctl). A check can make both wanted again; where no entry told its call, those of every call, until one
 * does or a good many calls were told and none asked for it again: so ask after each check and each call. */
bool capability_entry_wanted(struct capability_tracker *tracker, const struct arch *abi, uint64_t number);
bool capability_exit_wanted(struct capability_tracker *tracker, const struct arch *abi, uint64_t number);

/* May checks of this capability be filtered out in the kernel? Where many were noise, and nothing that is
 * still to come can change what the container is given: it could not have the capability, or needs it anyway. */
bool capability_may_be_muted(const struct capability_tracker *tracker, int number);

#endif
