/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's two halves: notify_keeper.c owns the socket and the sessions, and is what the caller sees (snug/listener.h);
 * notify_supervise.c brings workers to life, buries them, and answers calls in their place.
 */
#ifndef SNUG_RECORD_NOTIFY_KEEPER_H
#define SNUG_RECORD_NOTIFY_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/seccomp.h>

#include "record/audit_listener.h"
#include "record/notify_gate.h"
#include "record/notify_link.h"
#include "record/notify_watchdog.h"
#include "record/notify_worker.h"
#include "record/told_call.h"
#include "record/tracefs.h"
#include "snug/listener.h"

#define ABANDONED_MAX 8		/* with so many in the kernel's hands another would only join them */

/* What a ready descriptor is, in the upper half of epoll's data; the lower is a session's index. */
enum source { FROM_SOCKET, FROM_TIMER, FROM_WORKER, FROM_LINK, FROM_CONNECTION, FROM_CONTAINER, FROM_GATE, FROM_AUDIT };

struct listener {
	struct listener_hooks hooks;
	struct notify_socket *socket;		/* owned */
	char *path;				/* owned; of the socket */
	int epoll_fd, timer_fd;			/* owned */
	struct notify_gate *gate;		/* owned; NULL = runtimes connect unseen */
	struct tracefs *tracefs;		/* owned; looked at by the first worker and by nobody after it, NULL = none */
	bool traces_all;			/* and each worker has a session of its own: no call is held */
	struct told_calls told;			/* owned; what tracing tells of beside the notifications; if any, each worker has such a session */
	struct audit_listener *audit;		/* owned; NULL = containers report themselves */
	struct link_sizes sizes;
	struct link_page *page;			/* owned */
	struct seccomp_notif *request;		/* owned; for what the keeper answers itself */
	struct kept_session *sessions;		/* owned; in the order in which they came */
	struct kept_session *by_index[SESSIONS_MAX];
	pid_t worker;				/* 0 = there is none */
	int worker_fd, link_fd;			/* owned; pidfd, and messages; -1 = there is none */
	uint64_t worker_since;			/* ms, CLOCK_MONOTONIC */
	unsigned int failures;			/* workers in a row that died early */
	struct watchdog watchdog;		/* over the worker */
	bool ticking;				/* the timer is for its next look */
	bool hung;				/* the worker did not move, and was killed */
	pid_t abandoned[ABANDONED_MAX];		/* workers that were killed and are not gone yet; 0 = none */
	bool serving;				/* the keeper answers, there is no worker */
	bool stopping, stopped;			/* stopped: all is written, or given up */
	bool lost_traces;			/* given up */
};

/* --- waiting ------------------------------------------------------------------ */

int keeper_watch(struct listener *listener, int fd, enum source source, uint32_t index);
void keeper_unwatch(struct listener *listener, int fd);		/* a fork may hold it too: closing would not do, epoll(7) */
void keeper_close(struct listener *listener, int *fd);		/* and sets it to -1 */

/* Calls that go on, since the tracing tells of them. */
const struct told_calls *listener_told_calls(const struct listener *listener);

/* Opens what a worker needs of the kernel's tracing, if that is not there. */
int keeper_open_tracing(struct listener *listener, struct error *err);
void keeper_open_tracing_beside(struct listener *listener);	/* the same beside notifications, if it can be had */

void keeper_let_pass(struct listener *listener, struct kept_session *session);	/* its runtime, if it waits */
void keeper_drop_session(struct listener *listener, struct kept_session *session);
/* All that its runtime had sent before its end is told to the worker, and that no more will come. */
void keeper_tell_rest(struct listener *listener, struct kept_session *session);

/* --- workers ------------------------------------------------------------------ */

int keeper_start_worker(struct listener *listener);

/* The next one, now or after a while; until then the keeper answers. */
void keeper_next_worker(struct listener *listener, uint64_t wait_ms);

/* From now on, looks once a second whether the worker moves, as long as it has containers. */
void keeper_watch_over(struct listener *listener);

/* What a worker has to say, its death, and the moment for a look at it or for the next one. */
void keeper_read_link(struct listener *listener);
void keeper_bury_worker(struct listener *listener);
void keeper_timer_expired(struct listener *listener);

/* --- in place of a worker ----------------------------------------------------- */

void keeper_serve_alone(struct listener *listener);
void keeper_serve_container(struct listener *listener, struct kept_session *session);

#endif
