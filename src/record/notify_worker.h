/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: learns what containers do, and answers their calls. See notify_link.h for its other half. */
#ifndef SNUG_RECORD_NOTIFY_WORKER_H
#define SNUG_RECORD_NOTIFY_WORKER_H

#include "record/notify_link.h"
#include "record/told_call.h"
#include "snug/filter.h"
#include "snug/listener.h"

/* One notify descriptor, as the keeper keeps it: the container's first process and its children, or those of one exec. */
struct kept_session {
	uint32_t index;			/* in the page, and in messages */
	int connection_fd;		/* owned; the runtime's, -1 once its message was read */
	int notify_fd, journal_fd;	/* owned; -1 = not yet there */
	struct text message;		/* as far as it came */
	bool message_ended;
	bool traced;			/* its notify descriptor came and was closed: no call is held */
	uint64_t pass;			/* for the gate, where its runtime waits; 0 = it does not */
	struct filter *base;		/* owned; NULL = not told yet, or unconfined */
	struct kept_session *next;	/* in the order in which they came */
};

/* What a worker inherits; all borrowed. */
struct worker_start {
	const struct listener_hooks *hooks;
	const struct kept_session *sessions;
	struct link_page *page;
	const struct link_sizes *sizes;
	int link_fd;
	struct tracefs *tracefs;	/* NULL = no tracing beside */
	bool traces_all;		/* tracing alone tells, no call is held */
	const struct told_calls *told;	/* what tracing tells of beside the notifications */
	bool stop;			/* only write what the last one knew */
};

/* Serves until the keeper asks it to stop: 0, or a negative errno. Without a keeper, until the last container has ended: 1. */
int notify_worker_run(const struct worker_start *start);

#endif
