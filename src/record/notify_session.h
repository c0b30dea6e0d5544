/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a worker serves: containers, and the sessions that their processes came by.
 *
 * notify_session.c lets them come and go: from the keeper's word of a runtime until the container's trace is written. Between the two
 * notify_worker.c answers their calls.
 */
#ifndef SNUG_RECORD_NOTIFY_SESSION_H
#define SNUG_RECORD_NOTIFY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/cpu_awake.h"
#include "record/lookup.h"
#include "record/notify_call.h"
#include "record/notify_hot.h"
#include "record/notify_journal.h"
#include "record/notify_link.h"
#include "record/notify_tracing.h"
#include "record/notify_worker.h"
#include "record/tracefs.h"
#include "snug/event.h"
#include "snug/filter.h"
#include "snug/listener.h"

struct container {
	char *id;			/* owned */
	struct notify_calls *calls;	/* owned */
	struct notify_journal *journal;	/* owned */
	struct notify_tracing *tracing;	/* owned */
	const struct filter *base;	/* NULL = unconfined */
	struct session *founder;	/* its first session, whose journal is the container's */
	size_t session_count;		/* of which a process is there */
	uint64_t served;		/* calls */
	bool broken;			/* its sink refused an event */
	bool shunned;			/* a worker hung over a call of it: its calls go on unseen */
	struct event_sink sink;		/* the hook's */
	struct link_page *page;		/* borrowed; counts what is kept */
	struct session *turn;		/* whose call is served next */
	struct container *next;
};

struct session {
	uint32_t index;
	int fd, journal_fd;		/* owned; fd is -1 once its last process is gone */
	bool finishing;			/* its container has ended, and may not be written yet */
	bool known;			/* its runtime's message was understood */
	bool asked;			/* what its runtime, which is gone, had sent */
	bool wakes_beside;		/* a call wakes who waits for it on its own processor (Linux 6.6) */
	struct container *container;	/* NULL = not recorded, calls only go on */
	enum phase first_phase;		/* of a process that we have not seen begin */
	struct arrival *arrival;	/* owned; where tracing alone tells of it */
	uint64_t served_at;		/* the turn in which it was last served */
	struct session *next;
};

struct worker {
	const struct listener_hooks *hooks;	/* borrowed, as the next two */
	struct link_page *page;
	const struct link_sizes *sizes;
	int link_fd, epoll_fd;
	struct lookups *lookups;	/* owned */
	struct tracefs *tracefs;	/* borrowed; NULL = no tracing beside */
	struct container *containers;	/* owned */
	struct session *sessions;	/* owned */
	bool traces_all;		/* and no call is held */
	bool traces_calls;		/* and it tells of those that are not held: */
	const struct told_calls *told;	/* borrowed */
	bool prompt;			/* it runs with priority: what tracing tells is read before the buffers are full */
	struct cpu_awake awake;
	struct notify_hot hot;
	uint64_t turns;
	uint64_t stepped_ms;		/* CLOCK_MONOTONIC */
	bool finishing;			/* a session is */
	bool alone;			/* the keeper is gone */
	bool stop;
};

struct session *notify_session_find(struct worker *worker, uint32_t index);	/* NULL when there is none */

/* The descriptor `fd` wakes the worker, with `what` in epoll's data. */
void notify_sessions_watch(struct worker *worker, int fd, void *what);

/* Those that the last worker had. */
void notify_sessions_inherit(struct worker *worker, const struct kept_session *sessions);

/* Where tracing tells of calls: whether what comes next, waiting or work, has priority. */
void notify_sessions_prompt(struct worker *worker, bool prompt);

/* The keeper has said something, or is gone: then what there is is served to its end. */
void notify_sessions_hear(struct worker *worker);

/* There are records of those whom tracing alone tells of. */
void notify_sessions_trace(struct worker *worker);

/* Its last process is gone. */
void notify_session_end(struct worker *worker, struct session *session);

/* Its look-ups have moved: the trace of a container without processes waits for them. */
void notify_container_settle(struct worker *worker, struct container *container);

/* The same of all: tracing has moved. */
void notify_containers_settle(struct worker *worker);

/* The traces of the containers that have ended are written: nobody needs the sessions of these any more. */
void notify_sessions_forget_ended(struct worker *worker);

/* The worker ends, and all recordings with it. */
void notify_sessions_end_all(struct worker *worker);

#endif
