/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper of the notify recorder: owns the socket and the notify descriptors, so that no container ever sees its
 * listener die (its calls would fail with ENOSYS, or hang).
 *
 * While a worker lives, the keeper sleeps: it waits for runtimes that connect, for messages of the worker, and for its
 * death (notify_supervise.c). It parses nothing that a container could have written.
 */
#include "record/notify_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "record/notify_journal.h"
#include "record/notify_socket.h"
#include "record/prompt.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define EVENTS_MAX 64

int keeper_watch(struct listener *listener, int fd, enum source source, uint32_t index)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)source << 32 | index };

	return epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void keeper_unwatch(struct listener *listener, int fd)
{
	epoll_ctl(listener->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void keeper_close(struct listener *listener, int *fd)
{
	if (*fd < 0)
		return;
	keeper_unwatch(listener, *fd);
	close(steal_fd(fd));
}

/* --- sessions ----------------------------------------------------------------- */

static uint32_t random_number(void)
{
	uint32_t number;

	return getrandom(&number, sizeof(number), 0) == sizeof(number) ? number : (uint32_t)monotonic_ms();
}

static struct kept_session *add_session(struct listener *listener, int connection_fd, pid_t peer)
{
	struct kept_session *session, **link = &listener->sessions;
	uint32_t index = 0;

	while (index < SESSIONS_MAX && listener->by_index[index])
		index++;
	if (index == SESSIONS_MAX)
		return NULL;
	session = xcalloc(1, sizeof(*session));
	*session = (struct kept_session){ .index = index, .connection_fd = connection_fd, .notify_fd = -1, .journal_fd = -1 };
	while (*link)
		link = &(*link)->next;
	*link = listener->by_index[index] = session;
	listener->page->sessions[index] = (struct link_session){
		.since = time(NULL), .random = random_number(), .peer = peer, .at_gate = connection_fd < 0,
	};
	return session;
}

void keeper_let_pass(struct listener *listener, struct kept_session *session)
{
	if (session->pass)
		notify_gate_open(listener->gate, session->pass);
	session->pass = 0;
}

void keeper_drop_session(struct listener *listener, struct kept_session *session)
{
	struct kept_session **link = &listener->sessions;

	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	listener->by_index[session->index] = NULL;
	keeper_let_pass(listener, session);
	keeper_close(listener, &session->connection_fd);
	keeper_close(listener, &session->notify_fd);
	closep(&session->journal_fd);
	text_done(&session->message);
	filter_free(session->base);
	free(session);
}

/* A worker that follows the runtime drops it first. */
static void give_up_session(struct listener *listener, struct kept_session *session)
{
	if (!listener->traces_all || listener->link_fd < 0) {
		keeper_drop_session(listener, session);
		return;
	}
	keeper_close(listener, &session->connection_fd);
	keeper_close(listener, &session->notify_fd);
	text_clear(&session->message);
	if (link_send(listener->link_fd, LINK_STATE_ENDED, session->index, &session->message, NULL, false) == -EAGAIN)
		kill(listener->worker, SIGKILL);
}

static void refuse_session(struct listener *listener, struct kept_session *session, const char *why)
{
	listener->hooks.refused(listener->hooks.context, why);
	give_up_session(listener, session);
}

/* A worker that does not read its messages is none; the next inherits them. */
static void tell_worker(struct listener *listener, const struct kept_session *session)
{
	const int fds[LINK_FDS_MAX] = { session->traced ? session->journal_fd : session->notify_fd, session->journal_fd };
	enum link_word word = session->message_ended ? LINK_STATE_ENDED : LINK_STATE;

	if (listener->link_fd >= 0 &&
	    link_send(listener->link_fd, word, session->index, &session->message, fds, false) == -EAGAIN)
		kill(listener->worker, SIGKILL);
	keeper_watch_over(listener);
}

/* As long as it is open, a program cannot have a listener of its own (EBUSY). */
static void close_descriptor(struct kept_session *session)
{
	session->traced |= session->notify_fd >= 0;
	closep(&session->notify_fd);
	session->notify_fd = -1;
}

/* Whether a login uid is to be had here, which it is not. */
static bool is_question(const struct text *message)
{
	return message->length >= sizeof(LISTENER_LOGIN) && memcmp(message->data, LISTENER_LOGIN, sizeof(LISTENER_LOGIN)) == 0;
}

/* The notify descriptor comes with the first byte, or not at all. */
static void read_connection(struct listener *listener, struct kept_session *session)
{
	ssize_t n;

	while ((n = notify_connection_read(session->connection_fd, &session->message, &session->notify_fd)) > 0)
		if (session->notify_fd < 0 && !session->traced)
			break;
	if (n == -EAGAIN && session->message.length == 0)
		return;
	/* It only asked whether somebody listens, and how, as 'snug runtime' does. */
	if ((n == 0 && session->message.length == 0) || (session->notify_fd < 0 && is_question(&session->message))) {
		give_up_session(listener, session);
		return;
	}
	if (listener->traces_all)
		close_descriptor(session);
	if (session->notify_fd < 0 && !session->traced) {
		refuse_session(listener, session, "a runtime connected and passed no seccomp descriptor");
		return;
	}
	if (session->journal_fd < 0)
		session->journal_fd = notify_journal_create();
	if (session->journal_fd < 0) {
		refuse_session(listener, session, "there are too few descriptors for another container");
		return;
	}
	session->message_ended = n != -EAGAIN;
	if (session->message_ended)
		keeper_close(listener, &session->connection_fd);
	tell_worker(listener, session);
}

/* A worker that does not read its messages is none: the next inherits them. */
static void have_followed(struct listener *listener, const struct kept_session *session)
{
	if (listener->link_fd >= 0 &&
	    link_send(listener->link_fd, LINK_CONNECTED, session->index, NULL, NULL, false) == -EAGAIN)
		kill(listener->worker, SIGKILL);
}

/* Whoever is on its way to the socket passes when it is followed. */
static void watch_gate(struct listener *listener)
{
	uint64_t pass;
	pid_t pid;

	while ((pid = notify_gate_next(listener->gate, &pass)) > 0) {
		struct kept_session *session = listener->stopping ? NULL : add_session(listener, -1, pid);

		if (!session) {
			notify_gate_open(listener->gate, pass);
			continue;
		}
		session->pass = pass;
		have_followed(listener, session);
	}
}

static void accept_all(struct listener *listener)
{
	for (;;) {
		struct error err = ERROR_NONE;
		struct kept_session *session;
		int fd = notify_socket_accept(listener->socket, &err);

		if (fd == -EAGAIN)
			return;
		if (fd < 0) {
			listener->hooks.refused(listener->hooks.context, err.text);
			if (fd == -EMFILE || fd == -ENFILE)
				return;
			continue;
		}
		if (listener->audit) {
			audit_listener_take(listener->audit, fd, notify_connection_peer(fd));
			continue;
		}
		session = add_session(listener, fd, notify_connection_peer(fd));
		if (!session) {
			listener->hooks.refused(listener->hooks.context, "there are too many containers at a time");
			close(fd);
		} else if (keeper_watch(listener, fd, FROM_CONNECTION, session->index) < 0) {
			refuse_session(listener, session, "cannot wait for a runtime's message");
		} else if (listener->traces_all) {
			have_followed(listener, session);
		}
	}
}

/* Whoever has ended had connected before: that connection is another session, of which the worker hears first. */
void keeper_tell_rest(struct listener *listener, struct kept_session *session)
{
	accept_all(listener);
	if (session->connection_fd >= 0)
		read_connection(listener, session);
	if (session->message_ended)
		return;
	if (session->message.length == 0) {
		give_up_session(listener, session);
		return;
	}
	session->message_ended = true;
	keeper_close(listener, &session->connection_fd);
	tell_worker(listener, session);
}

/* --- the listener ------------------------------------------------------------- */

static void handle(struct listener *listener, enum source source, uint32_t index)
{
	struct kept_session *session = listener->by_index[index];

	switch (source) {
	case FROM_SOCKET:
		accept_all(listener);
		break;
	case FROM_TIMER:
		keeper_timer_expired(listener);
		break;
	case FROM_WORKER:
		if (listener->worker)
			keeper_bury_worker(listener);
		break;
	case FROM_LINK:
		keeper_read_link(listener);
		break;
	case FROM_CONNECTION:
		if (session && session->connection_fd >= 0)
			read_connection(listener, session);
		break;
	case FROM_GATE:
		watch_gate(listener);
		break;
	case FROM_AUDIT:
		audit_listener_step(listener->audit);
		break;
	case FROM_CONTAINER:
		if (session && listener->serving)
			keeper_serve_container(listener, session);
		break;
	}
}

int listener_step(struct listener *listener)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(listener->epoll_fd, events, EVENTS_MAX, 0);

	for (int i = 0; i < count; i++)
		handle(listener, (enum source)(events[i].data.u64 >> 32), (uint32_t)events[i].data.u64);
	return count < 0 && errno != EINTR ? -errno : 0;
}

int listener_descriptor(const struct listener *listener)
{
	return listener->epoll_fd;
}

bool listener_is_idle(const struct listener *listener)
{
	return listener->audit ? audit_listener_is_idle(listener->audit) : !listener->sessions;
}

int listener_new(struct listener **ret, const char *path, const struct listener_hooks *hooks, struct error *err)
{
	CLEANUP(listener_freep) struct listener *listener = xcalloc(1, sizeof(*listener));
	int code;

	*listener = (struct listener){ .hooks = *hooks, .worker_fd = -1, .link_fd = -1, .stopped = true };
	listener->path = xstrdup(path);
	listener->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	listener->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (listener->epoll_fd < 0 || listener->timer_fd < 0)
		return error_errno(err, -errno, "cannot make descriptors to wait on");
	if ((code = link_sizes(&listener->sizes, err)) < 0 ||
	    (code = notify_socket_new(&listener->socket, path, err)) < 0)
		return code;
	notify_gate_clear(path);
	listener->page = link_page_new(&listener->sizes);
	listener->request = xcalloc(1, listener->sizes.request);
	if (keeper_watch(listener, notify_socket_descriptor(listener->socket), FROM_SOCKET, 0) < 0 ||
	    keeper_watch(listener, listener->timer_fd, FROM_TIMER, 0) < 0)
		return error_errno(err, -errno, "cannot wait on '%s'", path);
	*ret = steal_ptr(listener);
	return 0;
}

/* Each session holds two descriptors, and the usual limit is 1024. */
static void allow_many_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void keeper_open_tracing_beside(struct listener *listener)
{
	if (geteuid() == 0 && keeper_open_tracing(listener, NULL) == 0 && !tracefs_tells_checks(listener->tracefs))
		listener->tracefs = tracefs_free(listener->tracefs);
}

void listener_trace_checks(struct listener *listener)
{
	keeper_open_tracing_beside(listener);
}

struct wish {
	const struct tracefs *tracefs;
	bool (*allows)(const void *context, const char *call);
	const void *context;
};

static bool is_wished(void *context, const char *name, uint64_t number)
{
	const struct wish *wish = context;

	return tracefs_tells_call(wish->tracefs, number) && wish->allows(wish->context, name);
}

void listener_trace_calls(struct listener *listener, bool (*allows)(const void *context, const char *call), const void *context)
{
	struct wish wish = { listener->tracefs, allows, context };

	if (listener->tracefs)
		told_calls_find(&listener->told, is_wished, &wish);
}

const struct told_calls *listener_told_calls(const struct listener *listener)
{
	return &listener->told;
}

int keeper_open_tracing(struct listener *listener, struct error *err)
{
	int code = listener->tracefs ? 0 : tracefs_open(&listener->tracefs, false, err);

	if (code == 0)
		tracefs_settle(listener->tracefs);
	return code;
}

int listener_trace_all(struct listener *listener, struct error *err)
{
	int code = keeper_open_tracing(listener, err);

	if (code < 0)
		return code;
	listener->traces_all = true;
	prompt_wait(true);
	code = notify_gate_new(&listener->gate, listener->path, err);
	if (code < 0 || notify_gate_descriptor(listener->gate) < 0)
		return code;	/* most runtimes are followed in time all the same, and where not, it is counted */
	code = keeper_watch(listener, notify_gate_descriptor(listener->gate), FROM_GATE, 0);
	return code < 0 ? error_errno(err, code, "cannot wait for runtimes") : 0;
}

int listener_audit_all(struct listener *listener, struct error *err)
{
	int code = audit_listener_open(&listener->audit, &listener->hooks, err);

	if (code < 0)
		return code;
	code = keeper_watch(listener, audit_listener_descriptor(listener->audit), FROM_AUDIT, 0);
	return code < 0 ? error_errno(err, code, "cannot wait for audit's records") : 0;
}

int listener_audit_running(struct listener *listener, const char *id, struct error *err)
{
	return audit_listener_join(listener->audit, id, err);
}

void listener_leave_running(struct listener *listener)
{
	if (listener->audit)
		audit_listener_leave(listener->audit);
}

const char *listener_profile_path(const struct listener *listener)
{
	return listener->gate ? notify_gate_path(listener->gate) : listener->path;
}

int listener_start(struct listener *listener, struct error *err)
{
	int code;

	allow_many_descriptors();
	listener->stopped = false;
	if (listener->audit)
		return 0;
	code = keeper_start_worker(listener);
	return code < 0 ? error_errno(err, code, "cannot start the process that looks at containers") : 0;
}

/* --- the end ------------------------------------------------------------------ */

/* Whoever has brought no descriptor yet is not served any more. */
static void drop_ended(struct listener *listener)
{
	struct kept_session *next;

	for (struct kept_session *s = listener->sessions; s; s = next) {
		struct pollfd over = { .fd = s->notify_fd };

		next = s->next;
		if (s->notify_fd < 0 || poll(&over, 1, 0) > 0)
			keeper_drop_session(listener, s);
	}
}

/* Containers that outlive the recording go on, in the hands of a process that only answers. */
static __attribute__((noreturn)) void stay_behind(struct listener *listener)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct pollfd ready = { .events = POLLIN };
	sigset_t none;

	setsid();
	notify_gate_leave(listener->gate);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "snug-remains");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null_fd, fd);
	close(notify_socket_descriptor(listener->socket));
	/* The epoll descriptor is one with the parent's, which takes out of it what it closes. */
	close(listener->epoll_fd);
	listener->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ready.fd = listener->epoll_fd;
	listener->serving = false;
	keeper_serve_alone(listener);
	for (drop_ended(listener); listener->sessions && poll(&ready, 1, -1) > 0; drop_ended(listener))
		listener_step(listener);
	_exit(0);
}

static void leave_running(struct listener *listener)
{
	drop_ended(listener);
	if (listener->sessions && fork() == 0)
		stay_behind(listener);
}

static void tell_to_stop(struct listener *listener)
{
	if (link_send(listener->link_fd, LINK_STOP, 0, NULL, NULL, false) == -EAGAIN)
		kill(listener->worker, SIGKILL);
	keeper_watch_over(listener);
}

void listener_stop(struct listener *listener)
{
	if (listener->stopping || listener->stopped)
		return;
	if (listener->audit) {
		audit_listener_stop(listener->audit);
		listener->stopped = true;
		return;
	}
	listener->stopping = true;
	listener->failures = 0;
	if (listener->worker)
		tell_to_stop(listener);
	else
		keeper_next_worker(listener, 0);
}

bool listener_has_stopped(const struct listener *listener)
{
	return listener->stopped;
}

bool listener_lost_traces(const struct listener *listener)
{
	return listener->lost_traces;
}

static void await_stop(struct listener *listener)
{
	struct pollfd ready = { .fd = listener->epoll_fd, .events = POLLIN };

	listener_stop(listener);
	while (!listener->stopped && poll(&ready, 1, -1) >= 0)
		listener_step(listener);
}

struct listener *listener_free(struct listener *listener)
{
	if (!listener)
		return NULL;
	await_stop(listener);
	if (listener->stopping)
		leave_running(listener);
	notify_socket_free(listener->socket);
	while (listener->sessions)
		keeper_drop_session(listener, listener->sessions);
	notify_gate_free(listener->gate);
	audit_listener_free(listener->audit);
	closep(&listener->epoll_fd);
	closep(&listener->timer_fd);
	tracefs_free(listener->tracefs);
	told_calls_done(&listener->told);
	link_page_free(listener->page, &listener->sizes);
	free(listener->request);
	free(listener->path);
	free(listener);
	return NULL;
}
