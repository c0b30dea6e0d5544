/* SPDX-License-Identifier: Apache-2.0 */
/* The containers and sessions of a worker, as they come and go; see notify_session.h. */
#include "record/notify_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "record/notify_state.h"
#include "record/prompt.h"
#include "record/runtime_program.h"
#include "snug/memory.h"

#define CONNECTS_WITHIN_S 10	/* a runtime that has looked for the socket */

/* Linux 6.6: the caller is woken on our own CPU, which halves the cost of a call (ioctl and flag of <linux/seccomp.h>). */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* One without sessions has ended, and only waits for what is still to be read of it: of that id there may be another now. */
static struct container *find_container(struct worker *worker, const char *id)
{
	for (struct container *c = worker->containers; c; c = c->next)
		if (c->session_count > 0 && strcmp(c->id, id) == 0)
			return c;
	return NULL;
}

struct session *notify_session_find(struct worker *worker, uint32_t index)
{
	for (struct session *s = worker->sessions; s; s = s->next)
		if (s->index == index)
			return s;
	return NULL;
}

/* A journal that is read again may take its time, and is a move of the worker by every event. */
static int keep_event(void *context, const struct event *event)
{
	struct container *container = context;

	container->page->moves++;
	return container->sink.on_event(container->sink.context, event);
}

/* Under a profile that was made for other calls some go on of which nobody tells. */
static int lose_untold(const struct worker *worker, const struct notify_state *state, const struct event_sink *sink)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { "record-profile", UINT64_MAX } };

	return state->told && strcmp(state->told, worker->told->mark) != 0 ? sink->on_event(sink->context, &event) : 0;
}

/* NULL when the hook refuses it. */
static struct container *add_container(struct worker *worker, struct session *session,
				       const struct notify_state *state)
{
	struct link_session *shared = &worker->page->sessions[session->index];
	struct container_state told = { .id = state->id, .bundle = state->bundle, .name = state->name, .pid = shared->peer,
					.runtime = &shared->runtime, .resumed = shared->begun, .since = shared->since,
					.random = shared->random };
	struct container *container = xcalloc(1, sizeof(*container));
	struct event_sink sink = { keep_event, container };

	if (!shared->begun && !worker->traces_all)
		runtime_program_read(&shared->runtime, shared->peer);
	shared->begun = true;
	if (worker->hooks->began(worker->hooks->context, &told, &container->sink, &container->base) < 0) {
		free(container);
		return NULL;
	}
	container->id = xstrdup(state->id);
	container->founder = session;
	container->page = worker->page;
	container->tracing = notify_tracing_new(&sink);
	sink = notify_tracing_sink(container->tracing);
	container->journal = notify_journal_new(session->journal_fd, &sink);
	sink = notify_journal_sink(container->journal);
	if (!worker->traces_all)
		notify_tracing_begin(container->tracing, worker->tracefs, worker->traces_calls, &sink);
	container->calls = notify_calls_new(&sink, container->base, worker->lookups);
	if (worker->traces_calls)
		notify_calls_rest_is_told(container->calls);
	container->broken = lose_untold(worker, state, &sink) < 0;
	container->next = worker->containers;
	worker->containers = container;
	return container;
}

/* The keeper holds it too: closing alone would not take it out of the set, epoll(7). */
static void close_notify(struct worker *worker, struct session *session)
{
	if (session->fd < 0)
		return;
	notify_hot_forget(&worker->hot, session);
	epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, session->fd, NULL);
	close(steal_fd(&session->fd));
}

static void forget_session(struct worker *worker, struct session *session)
{
	struct session **link = &worker->sessions;

	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	close_notify(worker, session);
	arrival_free(session->arrival);
	closep(&session->journal_fd);
	link_send(worker->link_fd, LINK_OVER, session->index, NULL, NULL, true);
	free(session);
}

/* The keeper hears of it when the trace was written (step): until then the next worker could still do that. */
static void end_container(struct worker *worker, struct container *container, bool complete)
{
	struct container **link = &worker->containers;

	while (*link != container)
		link = &(*link)->next;
	*link = container->next;
	notify_calls_free(container->calls);
	container->broken |= notify_tracing_end(container->tracing) < 0;
	notify_journal_free(container->journal);
	worker->hooks->ended(worker->hooks->context, container->sink.context, complete && !container->broken);
	container->founder->container = NULL;
	container->founder->finishing = worker->finishing = true;
	worker->stepped_ms = 0;		/* at once */
	free(container->id);
	free(container);
}

/* Its trace waits for what is being looked up for it, which takes a few seconds at most, and for the records of its end. */
void notify_container_settle(struct worker *worker, struct container *container)
{
	if (container->session_count == 0 && notify_calls_settled(container->calls) &&
	    notify_tracing_settled(container->tracing))
		end_container(worker, container, true);
}

void notify_containers_settle(struct worker *worker)
{
	struct container *next;

	for (struct container *c = worker->containers; c; c = next) {
		next = c->next;
		notify_container_settle(worker, c);
	}
}

/* What the keeper answered while there was no worker, and what nobody looked at, is in the trace as a number only. */
static void count_lost(struct worker *worker, const struct session *session)
{
	struct event lost = { .kind = EVENT_LOST, .lost = { .source = "worker" } };
	struct link_session *shared = &worker->page->sessions[session->index];
	struct event_sink sink;

	lost.lost.count = shared->lost;
	if (!session->container || !lost.lost.count)
		return;
	sink = notify_journal_sink(session->container->journal);
	if (sink.on_event(sink.context, &lost) < 0)
		session->container->broken = true;
	shared->lost = 0;
}

/* What the last worker was looking up. */
static void inherit_lost(struct worker *worker, const struct session *session)
{
	struct link_session *shared = &worker->page->sessions[session->index];

	shared->lost += shared->waiting;
	shared->waiting = 0;
	count_lost(worker, session);
}

static void end_arrival(const struct worker *worker, struct session *session)
{
	if (!session->arrival)
		return;
	if (!arrival_has_ended(session->arrival))
		tracefs_step(worker->tracefs, NULL);	/* what it did until now */
	if (arrival_free(session->arrival) < 0 && session->container)
		session->container->broken = true;
	session->arrival = NULL;
}

/* The founder's journal stays as long as its container. */
void notify_session_end(struct worker *worker, struct session *session)
{
	struct container *container = session->container;

	close_notify(worker, session);
	end_arrival(worker, session);
	count_lost(worker, session);
	if (!container || session != container->founder)
		forget_session(worker, session);
	if (container) {
		container->session_count--;
		notify_container_settle(worker, container);
	}
}

static void send_base(struct worker *worker, const struct session *session)
{
	CLEANUP(text_done) struct text program = TEXT_EMPTY;
	const void *bytes;
	size_t size;

	if (!session->container || !session->container->base)
		return;
	bytes = filter_program(session->container->base, &size);
	text_add(&program, bytes, size);
	link_send(worker->link_fd, LINK_BASE, session->index, &program, NULL, true);
}

void notify_sessions_watch(struct worker *worker, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	/* It fails when the kernel is out of memory or watches, max_user_watches in epoll(7): then nobody can serve it. */
	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		worker->hooks->refused(worker->hooks->context, "cannot wait for a container's calls");
}

/* What it did to one worker it could do to each, and all containers would wait. */
static void shun_container(struct worker *worker, struct container *container)
{
	struct error err = ERROR_NONE;

	container->shunned = true;
	error_set(&err, -EFAULT, "container '%.64s' made the process that looks at containers hang: its calls go on unrecorded",
		  container->id);
	worker->hooks->refused(worker->hooks->context, err.text);
}

static const struct arrival *like(const struct worker *worker, const struct container *container)
{
	for (const struct session *s = worker->sessions; s; s = s->next)
		if (s->container == container && s->arrival && worker->page->sessions[s->index].traced)
			return s->arrival;
	return NULL;
}

static void trace_session(struct worker *worker, struct session *session, pid_t pid)
{
	struct link_session *shared = &worker->page->sessions[session->index];
	struct container *container = session->container;
	struct event_sink sink = notify_journal_sink(container->journal);

	if (!session->arrival)
		session->arrival = arrival_new(worker->tracefs, 0, false);
	if (shared->traced)
		arrival_goes_on(session->arrival, &sink, container, shared->process);
	else
		shared->process = arrival_is_of(session->arrival, &sink, container, like(worker, container), pid);
	shared->traced = true;
}

/* Its runtime has said whose it is. */
static void admit_session(struct worker *worker, struct session *session, const struct notify_state *state)
{
	session->known = true;
	session->first_phase = worker->page->sessions[session->index].exec_seen ? PHASE_PROGRAM : PHASE_RUNTIME;
	session->container = find_container(worker, state->id);
	if (!session->container)
		session->container = add_container(worker, session, state);
	if (session->container)
		session->container->session_count++;
	if (worker->traces_all) {
		if (session->container)
			trace_session(worker, session, state->pid);
		else
			forget_session(worker, session);
		return;
	}
	if (session->container && worker->page->sessions[session->index].hung)
		shun_container(worker, session->container);
	if (session->container && session->first_phase == PHASE_PROGRAM)
		notify_tracing_goes_on(session->container->tracing, worker->page->sessions[session->index].process);
	inherit_lost(worker, session);
	send_base(worker, session);
	session->wakes_beside = ioctl(session->fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0;
	notify_sessions_watch(worker, session->fd, session);
}

static struct session *add_session(struct worker *worker, uint32_t index, int fd, int journal_fd)
{
	struct session *session = xcalloc(1, sizeof(*session));

	*session = (struct session){ .index = index, .fd = fd, .journal_fd = journal_fd, .next = worker->sessions };
	worker->sessions = session;
	return session;
}

/* A message that cannot be understood and has not ended may still become one that can. */
static void read_state(struct worker *worker, struct session *session, const struct text *message, bool ended)
{
	struct notify_state state = { 0 };
	struct error err = ERROR_NONE;

	if (session->known)
		return;
	worker->page->sessions[session->index].tried = true;
	if (notify_state_parse(&state, text_cstr(message), message->length, &err) == 0) {
		link_send(worker->link_fd, LINK_READ, session->index, NULL, NULL, true);
		admit_session(worker, session, &state);
		notify_state_done(&state);
	} else if (ended) {
		worker->hooks->refused(worker->hooks->context, err.text);
		forget_session(worker, session);
	}
}

/* --- runtimes that tracing follows -------------------------------------------- */

/* The wrapper that became this runtime was followed already, or the runtime itself, on its way to the socket: then it is known, too, and
 * may be gone by now. */
static struct arrival *take_over(struct worker *worker, struct link_session *shared)
{
	for (struct session *s = worker->sessions; s; s = s->next) {
		const struct link_session *before = &worker->page->sessions[s->index];
		struct arrival *arrival = s->arrival;

		if (!s->arrival || s->known || before->peer != shared->peer)
			continue;
		if (before->at_gate)
			shared->runtime = before->runtime;
		s->arrival = NULL;
		forget_session(worker, s);
		return arrival;
	}
	return NULL;
}

static void follow_runtime(struct worker *worker, uint32_t index)
{
	struct link_session *shared = &worker->page->sessions[index];
	pid_t runtime = shared->peer;
	struct arrival *arrival = take_over(worker, shared);

	if (!shared->runtime.inode)
		runtime_program_read(&shared->runtime, runtime);
	add_session(worker, index, -1, -1)->arrival = arrival ? arrival :
		arrival_new(worker->tracefs, runtime, shared->at_gate);
	link_send(worker->link_fd, LINK_FOLLOWED, index, NULL, NULL, true);
}

/* Others than runtimes may read the link to the socket, and go on for long. */
static bool was_only_looking(const struct worker *worker, const struct session *session)
{
	const struct link_session *shared = &worker->page->sessions[session->index];

	return shared->at_gate && time(NULL) - shared->since > CONNECTS_WITHIN_S;
}

/* What it did is not forgotten for that: what it sent before its end may not have been read yet. */
static void ask_for_rest(const struct worker *worker, struct session *session)
{
	if (!session->asked)
		link_send(worker->link_fd, LINK_GONE, session->index, NULL, NULL, true);
	session->asked = true;
}

void notify_sessions_prompt(struct worker *worker, bool prompt)
{
	if ((!worker->traces_all && !worker->traces_calls) || prompt == worker->prompt)
		return;
	prompt_wait(prompt);
	worker->prompt = prompt;
}

/* What the records say, once they are read: containers, sessions and runtimes that have ended. */
void notify_sessions_trace(struct worker *worker)
{
	struct session *next;

	notify_sessions_prompt(worker, false);
	tracefs_step(worker->tracefs, NULL);
	for (struct session *s = worker->sessions; worker->traces_all && s; s = next) {
		next = s->next;
		if (!s->arrival || s->finishing)
			continue;
		if (s->container && arrival_has_ended(s->arrival))
			notify_session_end(worker, s);
		else if (!s->known && was_only_looking(worker, s))
			forget_session(worker, s);
		else if (!s->known && arrival_is_empty(s->arrival))
			ask_for_rest(worker, s);
	}
}

/* --- all of them -------------------------------------------------------------- */

static void take_message(struct worker *worker, struct link_message *message)
{
	struct session *session = notify_session_find(worker, message->session);

	if (message->word == LINK_STOP) {
		worker->stop = true;
		link_send(worker->link_fd, LINK_STOPPED, 0, NULL, NULL, true);
		return;
	}
	if (message->word == LINK_CONNECTED) {
		follow_runtime(worker, message->session);
		return;
	}
	if (!session && message->fds[0] >= 0)
		session = add_session(worker, message->session, -1, -1);
	if (session && session->journal_fd < 0 && message->fds[0] >= 0) {
		session->fd = worker->traces_all ? -1 : steal_fd(&message->fds[0]);
		session->journal_fd = steal_fd(&message->fds[1]);
	}
	if (session && message->word == LINK_STATE_ENDED && message->data.length == 0)
		forget_session(worker, session);	/* it only looked, or asked whether somebody listens */
	else if (session)
		read_state(worker, session, &message->data, message->word == LINK_STATE_ENDED);
}

/* The keeper was killed: what runs is recorded to its end, and nothing new is accepted. */
static void become_alone(struct worker *worker)
{
	struct session *session = worker->sessions, *next;

	worker->alone = true;
	epoll_ctl(worker->epoll_fd, EPOLL_CTL_DEL, worker->link_fd, NULL);
	for (; session; session = next) {
		next = session->next;
		if (!session->known)
			forget_session(worker, session);
	}
}

void notify_sessions_hear(struct worker *worker)
{
	struct link_message message;
	int code;

	while (!worker->stop && (code = link_receive(worker->link_fd, &message)) != -EAGAIN) {
		if (code == 0) {
			become_alone(worker);
			return;
		}
		take_message(worker, &message);
		link_message_done(&message);
	}
}

void notify_sessions_inherit(struct worker *worker, const struct kept_session *sessions)
{
	for (const struct kept_session *kept = sessions; kept; kept = kept->next)
		if (kept->notify_fd < 0 && !kept->traced && worker->traces_all)
			follow_runtime(worker, kept->index);
		else if (kept->notify_fd >= 0 || kept->traced)
			read_state(worker, add_session(worker, kept->index, kept->notify_fd, kept->journal_fd),
				   &kept->message, kept->message_ended);
}

void notify_sessions_forget_ended(struct worker *worker)
{
	struct session *next;

	for (struct session *s = worker->sessions; s; s = next) {
		next = s->next;
		if (s->finishing)
			forget_session(worker, s);
	}
	worker->finishing = false;
}

void notify_sessions_end_all(struct worker *worker)
{
	for (struct session *s = worker->sessions; s; s = s->next) {
		end_arrival(worker, s);
		count_lost(worker, s);
	}
	while (worker->containers)
		end_container(worker, worker->containers, worker->containers->session_count == 0);
}
