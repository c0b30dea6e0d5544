/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper of the notify recorder: owns the socket and the notify descriptors, so that no container ever sees its
 * listener die (its calls would fail with ENOSYS, or hang).
 *
 * While a worker lives, the keeper sleeps: it waits for runtimes that connect, for messages of the worker, and for its
 * death. It parses nothing that a container could have written. A worker is a fork of the keeper: the next one
 * inherits descriptors, states and bases as they are here, and what the last one learnt by the journals. One that dies
 * after useful work is followed by the next at once, which takes over even the call that it had in hand. One
 * that dies early and again leaves the keeper to serve the bases by itself for a while, before the next try; only the calls that
 * it then answers are lost, and it counts each.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record/notify_call.h"
#include "record/notify_journal.h"
#include "record/notify_socket.h"
#include "record/notify_worker.h"
#include "record/privileges.h"
#include "snug/listener.h"
#include "snug/memory.h"

#define EVENTS_MAX 64
#define USEFUL_CALLS 64		/* a worker that answered so many died of something new */
#define USEFUL_MS 10000		/* or lived so long */
#define WAIT_MS 100		/* before the third worker in a row that dies early; doubled each time */
#define WAIT_MAX_MS 10000
#define STOP_TRIES 3		/* workers that may die while they write the last traces */

/* What a ready descriptor is, in the upper half of epoll's data; the lower is a session's index. */
enum source { FROM_SOCKET, FROM_TIMER, FROM_WORKER, FROM_LINK, FROM_CONNECTION, FROM_CONTAINER };

struct listener {
	struct listener_hooks hooks;
	struct notify_socket *socket;		/* owned */
	char *path;				/* owned; of the socket */
	int epoll_fd, timer_fd;			/* owned */
	struct link_sizes sizes;
	struct link_page *page;			/* owned */
	struct seccomp_notif *request;		/* owned; for what the keeper answers itself */
	struct kept_session *sessions;		/* owned; in the order in which they came */
	struct kept_session *by_index[SESSIONS_MAX];
	pid_t worker;				/* 0 = there is none */
	int worker_fd, link_fd;			/* owned; pidfd, and messages; -1 = there is none */
	uint64_t worker_since;			/* ms, CLOCK_MONOTONIC */
	unsigned int failures;			/* workers in a row that died early */
	bool serving;				/* the keeper answers, there is no worker */
	bool stopping, stopped;			/* stopped: all is written, or given up */
};

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int watch(struct listener *listener, int fd, enum source source, uint32_t index)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)source << 32 | index };

	return epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* A fork may hold it too: closing would not take it out of the set, epoll(7). */
static void unwatch(struct listener *listener, int fd)
{
	epoll_ctl(listener->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void close_watched(struct listener *listener, int *fd)
{
	if (*fd < 0)
		return;
	unwatch(listener, *fd);
	close(steal_fd(fd));
}

static void set_timer(struct listener *listener, uint64_t ms)
{
	struct itimerspec when = { .it_value = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 } };

	timerfd_settime(listener->timer_fd, 0, &when, NULL);
}

/* --- sessions ----------------------------------------------------------------- */

static uint32_t random_number(void)
{
	uint32_t number;

	return getrandom(&number, sizeof(number), 0) == sizeof(number) ? number : (uint32_t)monotonic_ms();
}

static struct kept_session *add_session(struct listener *listener, int connection_fd)
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
		.since = time(NULL), .random = random_number(), .peer = notify_connection_peer(connection_fd),
	};
	return session;
}

static void drop_session(struct listener *listener, struct kept_session *session)
{
	struct kept_session **link = &listener->sessions;

	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	listener->by_index[session->index] = NULL;
	close_watched(listener, &session->connection_fd);
	close_watched(listener, &session->notify_fd);
	closep(&session->journal_fd);
	text_done(&session->message);
	filter_free(session->base);
	free(session);
}

static void refuse_session(struct listener *listener, struct kept_session *session, const char *why)
{
	listener->hooks.refused(listener->hooks.context, why);
	drop_session(listener, session);
}

/* A worker that does not read its messages is none; the next inherits them. */
static void tell_worker(struct listener *listener, const struct kept_session *session)
{
	const int fds[LINK_FDS_MAX] = { session->notify_fd, session->journal_fd };
	enum link_word word = session->message_ended ? LINK_STATE_ENDED : LINK_STATE;

	if (listener->link_fd >= 0 &&
	    link_send(listener->link_fd, word, session->index, &session->message, fds, false) == -EAGAIN)
		kill(listener->worker, SIGKILL);
}

/* The notify descriptor comes with the first byte, or not at all. */
static void read_connection(struct listener *listener, struct kept_session *session)
{
	ssize_t n;

	while ((n = notify_connection_read(session->connection_fd, &session->message, &session->notify_fd)) > 0)
		if (session->notify_fd < 0)
			break;
	if (n == -EAGAIN && session->message.length == 0)
		return;
	if (n == 0 && session->message.length == 0) {	/* it only asked whether somebody listens, as 'snug runtime' does */
		drop_session(listener, session);
		return;
	}
	if (session->notify_fd < 0) {
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
		close_watched(listener, &session->connection_fd);
	tell_worker(listener, session);
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
		session = add_session(listener, fd);
		if (!session) {
			listener->hooks.refused(listener->hooks.context, "there are too many containers at a time");
			close(fd);
		} else if (watch(listener, fd, FROM_CONNECTION, session->index) < 0) {
			refuse_session(listener, session, "cannot wait for a runtime's message");
		}
	}
}

/* --- answering in place of a worker ------------------------------------------- */

/* Allocates nothing and waits for nothing. */
static void answer(struct listener *listener, const struct kept_session *session, const struct seccomp_notif *request)
{
	int refusal = notify_call_refusal(session->base, &request->data);

	if (notify_call_is_exec(&request->data))
		listener->page->sessions[session->index].exec_seen = true;
	if (link_answer(&listener->sizes, session->notify_fd, request->id, refusal) == 0)
		listener->page->sessions[session->index].lost++;
}

/* Nobody else receives now: what poll() saw is there, or was interrupted, and then RECV says ENOENT. */
static void serve_container(struct listener *listener, struct kept_session *session)
{
	struct pollfd ready = { .fd = session->notify_fd, .events = POLLIN };

	if (poll(&ready, 1, 0) <= 0)
		return;
	if (!(ready.revents & POLLIN)) {
		unwatch(listener, session->notify_fd);	/* its last process is gone */
		return;
	}
	memset(listener->request, 0, listener->sizes.request);
	if (ioctl(session->notify_fd, SECCOMP_IOCTL_NOTIF_RECV, listener->request) == 0)
		answer(listener, session, listener->request);
}

/* A container whose base no worker has told yet waits for one, unless it was its end. */
static void serve_alone(struct listener *listener)
{
	if (listener->serving)
		return;
	listener->serving = true;
	for (struct kept_session *s = listener->sessions; s; s = s->next)
		if (s->notify_fd >= 0 && listener->page->sessions[s->index].tried)
			watch(listener, s->notify_fd, FROM_CONTAINER, s->index);
}

static void serve_no_more(struct listener *listener)
{
	if (!listener->serving)
		return;
	listener->serving = false;
	for (struct kept_session *s = listener->sessions; s; s = s->next)
		if (s->notify_fd >= 0)
			unwatch(listener, s->notify_fd);
}

/* The call that the last worker had in hand. The next may try it once more; who dies of it too will not again. */
static void settle_call_in_hand(struct listener *listener, bool at_once)
{
	struct seccomp_notif *request = link_request(listener->page);
	struct link_page *page = listener->page;
	uint32_t index = page->in_hand;

	if (!request->id || (!at_once && page->attempts++ == 0))
		return;
	if (index < SESSIONS_MAX && listener->by_index[index] && listener->by_index[index]->notify_fd >= 0)
		answer(listener, listener->by_index[index], request);
	link_drop_call(page, &listener->sizes);
}

/* --- workers ------------------------------------------------------------------ */

/* The keeper's own business is not the worker's. Its signals too: keys on the terminal are the keeper's to judge. */
static void leave_to_keeper(struct listener *listener)
{
	sigset_t own;

	for (struct kept_session *s = listener->sessions; s; s = s->next)
		closep(&s->connection_fd);
	close(notify_socket_descriptor(listener->socket));
	close(listener->epoll_fd);
	close(listener->timer_fd);
	sigemptyset(&own);
	sigaddset(&own, SIGTERM);
	sigaddset(&own, SIGCHLD);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &own, NULL);
	prctl(PR_SET_NAME, "snug-worker");
}

static __attribute__((noreturn)) void become_worker(struct listener *listener, int link_fd)
{
	const struct worker_start start = {
		.hooks = &listener->hooks, .sessions = listener->sessions, .page = listener->page,
		.sizes = &listener->sizes, .link_fd = link_fd, .stop = listener->stopping,
	};
	int code;

	leave_to_keeper(listener);
	code = privileges_drop();
	if (code == 0)
		code = notify_worker_run(&start);
	if (code == 1)		/* the keeper was killed, and left its socket */
		unlink(listener->path);
	fflush(NULL);
	_exit(code < 0);
}

/* Returns the status of a worker that has died, or will at once. */
static int take_leave(struct listener *listener)
{
	int status = 0;

	close_watched(listener, &listener->link_fd);
	close_watched(listener, &listener->worker_fd);
	waitpid(listener->worker, &status, 0);
	listener->worker = 0;
	return status;
}

/* A worker whose death would not be seen is none. */
static int keep_worker(struct listener *listener, pid_t pid, int link_fd)
{
	int code;

	listener->worker = pid;
	listener->worker_since = monotonic_ms();
	listener->link_fd = link_fd;
	listener->worker_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	code = listener->worker_fd < 0 ? -errno : watch(listener, listener->worker_fd, FROM_WORKER, 0);
	if (code == 0)
		code = watch(listener, link_fd, FROM_LINK, 0);
	if (code < 0) {
		kill(pid, SIGKILL);
		take_leave(listener);
	}
	return code;
}

static int start_worker(struct listener *listener)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	if (!listener->stopping)
		serve_no_more(listener);
	listener->page->answered = 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		become_worker(listener, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -EAGAIN;
	}
	return keep_worker(listener, pid, pair[0]);
}

/* How long until the next one: not at all after useful work or a first mishap. */
static uint64_t time_to_wait(struct listener *listener)
{
	uint64_t ms = WAIT_MS;

	if (listener->page->answered >= USEFUL_CALLS || monotonic_ms() - listener->worker_since >= USEFUL_MS)
		listener->failures = 0;
	listener->failures++;
	for (unsigned int i = 2; i < listener->failures && ms < WAIT_MAX_MS; i++)
		ms *= 2;
	if (ms > WAIT_MAX_MS)
		ms = WAIT_MAX_MS;
	return listener->failures < 2 ? 0 : ms;
}

static void next_worker(struct listener *listener, uint64_t wait_ms)
{
	settle_call_in_hand(listener, wait_ms > 0);
	if (wait_ms == 0 && start_worker(listener) == 0)
		return;
	serve_alone(listener);
	set_timer(listener, wait_ms ? wait_ms : WAIT_MS);
}

static void take_message(struct listener *listener, const struct link_message *message)
{
	struct kept_session *session = message->session < SESSIONS_MAX ? listener->by_index[message->session] : NULL;

	if (message->word == LINK_STOPPED)
		serve_alone(listener);
	if (!session)
		return;
	if (message->word == LINK_READ)
		close_watched(listener, &session->connection_fd);
	else if (message->word == LINK_BASE && !session->base)
		filter_from_program(&session->base, message->data.data, message->data.length);
	/* At the stop, containers that still run stay the keeper's. */
	else if (message->word == LINK_OVER && !listener->stopping)
		drop_session(listener, session);
}

static void read_link(struct listener *listener)
{
	struct link_message message;

	while (listener->link_fd >= 0 && link_receive(listener->link_fd, &message) > 0) {
		take_message(listener, &message);
		link_message_done(&message);
	}
}

static void tell_of_death(struct listener *listener, int status)
{
	struct error err = ERROR_NONE;

	error_set(&err, -ECHILD, "the process that looks at containers died (%s %d): another goes on",
		  WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	listener->hooks.refused(listener->hooks.context, err.text);
}

/* What it has said before its death still counts. */
static void bury_worker(struct listener *listener)
{
	int status;

	read_link(listener);
	status = take_leave(listener);
	if (!listener->stopping) {
		tell_of_death(listener, status);
		next_worker(listener, time_to_wait(listener));
		return;
	}
	serve_alone(listener);
	listener->stopped = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!listener->stopped && ++listener->failures > STOP_TRIES) {
		listener->hooks.refused(listener->hooks.context, "the last traces could not be written");
		listener->stopped = true;
	}
	if (!listener->stopped)
		next_worker(listener, 0);
}

static void timer_expired(struct listener *listener)
{
	uint64_t expirations;

	if (read(listener->timer_fd, &expirations, sizeof(expirations)) > 0 && !listener->worker && !listener->stopped)
		next_worker(listener, 0);
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
		timer_expired(listener);
		break;
	case FROM_WORKER:
		if (listener->worker)
			bury_worker(listener);
		break;
	case FROM_LINK:
		read_link(listener);
		break;
	case FROM_CONNECTION:
		if (session && session->connection_fd >= 0)
			read_connection(listener, session);
		break;
	case FROM_CONTAINER:
		if (session && listener->serving)
			serve_container(listener, session);
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
	return !listener->sessions;
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
	listener->page = link_page_new(&listener->sizes);
	listener->request = xcalloc(1, listener->sizes.request);
	if (watch(listener, notify_socket_descriptor(listener->socket), FROM_SOCKET, 0) < 0 ||
	    watch(listener, listener->timer_fd, FROM_TIMER, 0) < 0)
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

int listener_start(struct listener *listener, struct error *err)
{
	int code;

	allow_many_descriptors();
	listener->stopped = false;
	code = start_worker(listener);
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
			drop_session(listener, s);
	}
}

/* Containers that outlive the recording go on, in the hands of a process that only answers. */
static __attribute__((noreturn)) void stay_behind(struct listener *listener)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct pollfd ready = { .events = POLLIN };
	sigset_t none;

	setsid();
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
	serve_alone(listener);
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

static void stop(struct listener *listener)
{
	struct pollfd ready = { .fd = listener->epoll_fd, .events = POLLIN };

	listener->stopping = true;
	listener->failures = 0;
	if (listener->worker)
		link_send(listener->link_fd, LINK_STOP, 0, NULL, NULL, true);
	else if (!listener->stopped)
		next_worker(listener, 0);
	while (!listener->stopped && poll(&ready, 1, -1) >= 0)
		listener_step(listener);
	leave_running(listener);
}

struct listener *listener_free(struct listener *listener)
{
	if (!listener)
		return NULL;
	if (!listener->stopped)
		stop(listener);
	notify_socket_free(listener->socket);
	while (listener->sessions)
		drop_session(listener, listener->sessions);
	closep(&listener->epoll_fd);
	closep(&listener->timer_fd);
	link_page_free(listener->page, &listener->sizes);
	free(listener->request);
	free(listener->path);
	free(listener);
	return NULL;
}
