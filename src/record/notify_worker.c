/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of the notify recorder: each call of a container waits for our answer (seccomp_unotify(2)).
 *
 * While a call waits, notify_call.c learns of it what there is to learn; then it goes on, or is refused as the base
 * profile would have refused it. Containers take turns, one call each, so that none waits for another's flood. How they come and go
 * is notify_session.c.
 */
#include "record/notify_worker.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "record/notify_session.h"
#include "snug/clock.h"

#define EVENTS_MAX 256		/* taken from epoll at once */
#define SWEEP_EVERY 1024	/* calls between two looks at which processes are gone */
#define STEP_MS 1000

/* In epoll's data, for what is no session. */
static char keeper_mark, lookups_mark, own_mark, tracing_mark;

/* What is wrong with one container's trace is no other's trouble: it goes on, and its trace is incomplete. */
static void break_container(struct worker *worker, struct container *container, int code)
{
	struct error err = ERROR_NONE;

	container->broken = true;
	error_errno(&err, code, "cannot keep what container '%.64s' does", container->id);
	worker->hooks->refused(worker->hooks->context, err.text);
}

/* Facts of calls that went on are in no journal yet: should the worker die now, they are lost. */
static void count_waiting(struct worker *worker, const struct container *container)
{
	worker->page->sessions[container->founder->index].waiting = notify_calls_waiting(container->calls);
}

/* A call ended while it was held. Those of runc's Go runtime, which signals its own threads and ends them by its execve(),
 * are none of the program's. */
static void note_interrupted(const struct session *session)
{
	if (session->container && session->first_phase == PHASE_PROGRAM)
		notify_call_interrupted(session->container->calls);
}

/* Who is about to become the container's program, or a session's, joins the tracing before. */
static void lead_tracing(struct worker *worker, const struct session *session, const struct seccomp_notif *request,
			 bool is_exec)
{
	struct container *container = session->container;
	auto_free char *program = NULL;
	pid_t pid;

	if (request->data.arch != arch_native()->audit_arch && session->first_phase == PHASE_PROGRAM)
		notify_tracing_meets_foreign(container->tracing);
	if (!worker->tracefs || !is_exec)
		return;
	program = worker->traces_calls ? notify_call_program(container->calls, request) : NULL;
	pid = notify_calls_process(container->calls, (pid_t)request->pid, session->first_phase);
	if (program && pid > 0)
		notify_tracing_executes(container->tracing, pid, program);
	pid = notify_calls_runtime(container->calls, (pid_t)request->pid, session->first_phase);
	if (pid <= 0)
		return;
	worker->page->sessions[session->index].process = pid;
	notify_tracing_joins(container->tracing, pid);
}

/* The call in the page: learnt, answered, and no longer in hand. */
static void answer_call(struct worker *worker, struct session *session)
{
	const struct seccomp_notif *request = link_request(worker->page);
	struct container *container = session->container;
	const bool is_exec = notify_call_is_exec(&request->data);
	int code = 0, refusal = container ? notify_call_refusal(container->base, &request->data) : 0;

	if (container && container->shunned)
		worker->page->sessions[session->index].lost++;
	else if (container && !container->broken) {
		lead_tracing(worker, session, request, is_exec);
		code = notify_call_learn(container->calls, session->fd, &session->first_phase, request, refusal);
	}
	if (code < 0)
		break_container(worker, container, code);
	if (container)
		count_waiting(worker, container);
	if (is_exec)
		worker->page->sessions[session->index].exec_seen = true;
	if (link_answer(worker->sizes, session->fd, request->id, refusal) < 0)
		note_interrupted(session);
	link_drop_call(worker->page, worker->sizes);
	if (container && ++container->served % SWEEP_EVERY == 0)
		notify_calls_sweep(container->calls);
}

/* What RECV said: 0, or its negative errno. */
static int serve_call(struct worker *worker, struct session *session)
{
	int code = link_take_call(worker->page, worker->sizes, session->index, session->fd);

	session->served_at = ++worker->turns;
	cpu_awake_stopped(&worker->awake);
	if (code == 0)
		answer_call(worker, session);
	return code;
}

/* The calls of the one that makes nearly all, which is waited for. RECV says ENOENT here, too, for each call that had ended before
 * anybody took it, however long ago, and when the last process is gone (Linux 6.11). */
static void serve_hot(struct worker *worker)
{
	for (int i = 0; worker->hot.session && i < HOT_CALLS; i++) {
		worker->page->moves++;
		if (!notify_hot_taken(&worker->hot, serve_call(worker, worker->hot.session)))
			break;
	}
}

/* Of several sessions with a call the one that waits longest: a container has one call a round, however many it has. */
static void choose(struct session *session)
{
	struct container *container = session->container;

	if (container && (!container->turn || session->served_at < container->turn->served_at))
		container->turn = session;
}

static bool is_chosen(const struct session *session)
{
	return !session->container || session->container->turn == session;
}

static bool is_mark(const void *what)
{
	return what == &keeper_mark || what == &lookups_mark || what == &own_mark || what == &tracing_mark;
}

/* One round over those that have something, which is answered. HUP comes when the last task under the filter is gone (Linux 5.8).
 * Returns whether a call was there. */
static bool serve_round(struct worker *worker, const struct epoll_event *events, int count)
{
	struct session *caller = NULL;
	unsigned int callers = 0;

	for (int i = 0; i < count; i++)
		if (!is_mark(events[i].data.ptr) && events[i].events & EPOLLIN) {
			caller = events[i].data.ptr;
			choose(caller);
			callers++;
		}
	notify_hot_round(&worker->hot, caller && caller->wakes_beside ? caller : NULL, callers > 1);
	for (int i = 0; i < count; i++) {
		struct session *session = events[i].data.ptr;

		if (is_mark(session))
			continue;
		if (events[i].events & EPOLLIN) {
			if (is_chosen(session)) {
				if (session->container)
					session->container->turn = NULL;
				if (serve_call(worker, session) == -ENOENT)	/* ended by a signal or a kill as we took it */
					note_interrupted(session);
			}
		} else if (events[i].events & (EPOLLHUP | EPOLLERR)) {
			notify_session_end(worker, session);
		}
	}
	return callers;
}

static void serve_lookups(struct worker *worker)
{
	struct container *next;

	lookups_step(worker->lookups);
	for (struct container *c = worker->containers; c; c = next) {
		next = c->next;
		count_waiting(worker, c);
		notify_container_settle(worker, c);
	}
}

/* The hooks' own work: now and then, and when there is some. */
static void step(struct worker *worker, bool ready)
{
	uint64_t now_ms = monotonic_ms();
	bool more = false;

	if (!ready && now_ms < worker->stepped_ms + STEP_MS)
		return;
	worker->stepped_ms = now_ms;
	if (worker->hooks->step)
		more = worker->hooks->step(worker->hooks->context);
	if (!more && worker->finishing)
		notify_sessions_forget_ended(worker);
}

/* What the last worker had: its sessions, and the call that it had in hand when it died. */
static void inherit(struct worker *worker, const struct worker_start *start)
{
	const struct seccomp_notif *request = link_request(worker->page);
	struct session *in_hand;

	notify_sessions_inherit(worker, start->sessions);
	in_hand = notify_session_find(worker, worker->page->in_hand);
	if (in_hand && in_hand->known && request->id &&
	    link_is_current(in_hand->fd, request->id))
		answer_call(worker, in_hand);
}

int notify_worker_run(const struct worker_start *start)
{
	struct worker worker = { .hooks = start->hooks, .page = start->page, .sizes = start->sizes, .link_fd = start->link_fd,
				 .tracefs = start->tracefs, .traces_all = start->traces_all,
				 .traces_calls = start->told->count > 0, .told = start->told, .stop = start->stop };
	struct epoll_event events[EVENTS_MAX];
	bool called = false;

	worker.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker.epoll_fd < 0)
		return -errno;
	cpu_awake_begin(&worker.awake, false);
	notify_hot_begin(&worker.hot, worker.page);
	worker.lookups = lookups_new();
	notify_sessions_watch(&worker, worker.link_fd, &keeper_mark);
	notify_sessions_watch(&worker, lookups_descriptor(worker.lookups), &lookups_mark);
	if (worker.hooks->own_fd >= 0)
		notify_sessions_watch(&worker, worker.hooks->own_fd, &own_mark);
	if (worker.tracefs)
		notify_sessions_watch(&worker, tracefs_descriptor(worker.tracefs), &tracing_mark);
	inherit(&worker, start);
	while (!worker.stop && !(worker.alone && !worker.sessions)) {
		notify_sessions_prompt(&worker, !called);	/* who calls without a pause wakes us anyway */
		serve_hot(&worker);
		bool own = false, hot = worker.hot.session;
		int count = epoll_wait(worker.epoll_fd, events, EVENTS_MAX, hot ? 0 : worker.sessions ? STEP_MS : -1);

		worker.page->moves++;
		for (int i = 0; i < count; i++) {
			own |= events[i].data.ptr == &own_mark;
			if (events[i].data.ptr == &keeper_mark)
				notify_sessions_hear(&worker);
			if (events[i].data.ptr == &lookups_mark)
				serve_lookups(&worker);
			if (events[i].data.ptr == &tracing_mark) {
				notify_sessions_trace(&worker);
				notify_containers_settle(&worker);
			}
		}
		if (!worker.stop)
			called = serve_round(&worker, events, count) || hot;
		step(&worker, own);
		if (worker.sessions)
			cpu_awake_look(&worker.awake);
		else	/* nothing wakes us until there is another */
			cpu_awake_end(&worker.awake);
	}
	cpu_awake_end(&worker.awake);
	notify_sessions_end_all(&worker);
	lookups_free(worker.lookups);
	if (worker.hooks->close)
		worker.hooks->close(worker.hooks->context);
	notify_sessions_forget_ended(&worker);
	close(worker.epoll_fd);
	return worker.alone;
}
