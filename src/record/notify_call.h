/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one notified call of a container tells, while it waits for its answer.
 *
 * One of these a container: it knows the container's processes and has its decoder. It receives and answers
 * nothing; whoever holds the notify descriptor does (notify.c), and asks here in between:
 *
 *	RECV → notify_call_refusal() → notify_call_learn() → SEND
 */
#ifndef SNUG_RECORD_NOTIFY_CALL_H
#define SNUG_RECORD_NOTIFY_CALL_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/types.h>

#include "snug/event.h"
#include "snug/filter.h"

struct notify_calls;

struct lookups;

/* `sink` is copied; its context stays the caller's and must live as long, as must `lookups`. `base` is borrowed: what it
 * refuses is recorded as refused; NULL = unconfined. */
struct notify_calls *notify_calls_new(const struct event_sink *sink, const struct filter *base, struct lookups *lookups);
/* Of calls that go on unseen others tell, from the execution of its program on. */
void notify_calls_rest_is_told(struct notify_calls *calls);
/* Sends what is still waited for. Accepts NULL, returns NULL. */
struct notify_calls *notify_calls_free(struct notify_calls *calls);

/* The container's processes are gone. True when nothing is being looked up any more; else ask again when the look-ups have moved. */
bool notify_calls_settled(struct notify_calls *calls);

/* Answered calls of which not all is learnt yet: what is still being looked up, and what an execve() leads to. */
size_t notify_calls_waiting(const struct notify_calls *calls);

/* A signal ended a call while we looked at it (ENOENT from RECV or SEND). */
void notify_call_interrupted(struct notify_calls *calls);

/* Everything that is learnt of one call, sent into the sink. `request` is as RECV on `notify_fd` left it and is not answered yet;
 * with both, SECCOMP_IOCTL_NOTIF_ID_VALID tells whether its caller is still the one that waits: what was read of a
 * task whose number is another's by now is no fact. `first_phase` is that of a process that is seen for the first time and
 * has no parent here; it is the program's from its first call on. Returns 0, or the negative errno with which the sink refused an event. */
int notify_call_learn(struct notify_calls *calls, int notify_fd, enum phase *first_phase,
		      const struct seccomp_notif *request, int refusal);

pid_t notify_calls_process(struct notify_calls *calls, pid_t tid, enum phase first_phase);	/* of the task `tid`; 0 = it is gone */

/* The process of the task `tid` if it still is the container's runtime, else 0. */
pid_t notify_calls_runtime(struct notify_calls *calls, pid_t tid, enum phase first_phase);

/* Does it ask for another program? */
bool notify_call_is_exec(const struct seccomp_data *data);

/* The path that it passes, owned by the caller; NULL = it passes none, or one that begins at a descriptor. */
char *notify_call_program(struct notify_calls *calls, const struct seccomp_notif *request);

/* Forgets processes that are gone; to be called now and then. */
void notify_calls_sweep(struct notify_calls *calls);

/* What `base` answers to the call: 0 = it goes on, else the positive errno of its refusal. NULL = unconfined. Allocates nothing. */
int notify_call_refusal(const struct filter *base, const struct seccomp_data *data);

#endif
