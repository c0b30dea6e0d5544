/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the keeper brings up workers, and what it does when there is none.
 *
 * A worker is a fork of the keeper: the next one inherits descriptors, states and bases as they are here, and what the last one
 * learnt by the journals. One that dies after useful work is followed by the next at once, which takes over even the call that it
 * had in hand. One that dies early and again leaves the keeper to serve the bases by itself for a while, before the next try;
 * only the calls that it then answers are lost, and it counts each. One that hangs is killed (notify_watchdog.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/notify_call.h"
#include "record/notify_keeper.h"
#include "record/notify_socket.h"
#include "record/privileges.h"
#include "record/prompt.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define USEFUL_CALLS 64		/* a worker that answered so many died of something new */
#define USEFUL_MS 10000		/* or lived so long */
#define WAIT_MS 100		/* before the third worker in a row that dies early; doubled each time */
#define WAIT_MAX_MS 10000
#define STOP_TRIES 3		/* workers that may die while they write the last traces */

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
void keeper_serve_container(struct listener *listener, struct kept_session *session)
{
	struct pollfd ready = { .fd = session->notify_fd, .events = POLLIN };

	if (poll(&ready, 1, 0) <= 0)
		return;
	if (!(ready.revents & POLLIN)) {
		keeper_unwatch(listener, session->notify_fd);	/* its last process is gone */
		return;
	}
	memset(listener->request, 0, listener->sizes.request);
	if (ioctl(session->notify_fd, SECCOMP_IOCTL_NOTIF_RECV, listener->request) == 0)
		answer(listener, session, listener->request);
}

/* A container whose base no worker has told yet waits for one, unless it was its end. */
void keeper_serve_alone(struct listener *listener)
{
	if (listener->serving)
		return;
	listener->serving = true;
	for (struct kept_session *s = listener->sessions; s; s = s->next)
		if (s->notify_fd >= 0 && listener->page->sessions[s->index].tried)
			keeper_watch(listener, s->notify_fd, FROM_CONTAINER, s->index);
}

static void serve_no_more(struct listener *listener)
{
	if (!listener->serving)
		return;
	listener->serving = false;
	for (struct kept_session *s = listener->sessions; s; s = s->next)
		if (s->notify_fd >= 0)
			keeper_unwatch(listener, s->notify_fd);
}

/* A container can make a worker hang, by memory that never comes: then nobody reads it again. Who stopped the worker was no container. */
static void blame(struct listener *listener, const struct task_time *time)
{
	if (link_request(listener->page)->id && time->state != 'T' && time->state != 't')
		listener->page->sessions[listener->page->in_hand].hung = true;
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

/* A terminal that was stopped (Ctrl-S), and a reader of our messages who does not read, hold up nobody's calls: what they do not take is
 * lost. For that the worker needs a description of its own, since others write there, too. */
static void never_wait_for_readers(void)
{
	struct stat st;
	int fd;

	if (fstat(STDERR_FILENO, &st) < 0 || (!S_ISCHR(st.st_mode) && !S_ISFIFO(st.st_mode)))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* The keeper's own business is not the worker's. Its signals too: keys on the terminal are the keeper's to judge, and one that
 * stops the keeper does not stop containers. */
static void leave_to_keeper(struct listener *listener)
{
	static const int ignored[] = { SIGINT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t own;

	for (struct kept_session *s = listener->sessions; s; s = s->next)
		closep(&s->connection_fd);
	close(notify_socket_descriptor(listener->socket));
	notify_gate_leave(listener->gate);
	close(listener->epoll_fd);
	close(listener->timer_fd);
	sigemptyset(&own);
	sigaddset(&own, SIGTERM);
	sigaddset(&own, SIGCHLD);
	signal(SIGTERM, SIG_DFL);
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &own, NULL);
	prctl(PR_SET_NAME, "snug-worker");
}

static __attribute__((noreturn)) void become_worker(struct listener *listener, int link_fd)
{
	const struct worker_start start = {
		.hooks = &listener->hooks, .sessions = listener->sessions, .page = listener->page,
		.sizes = &listener->sizes, .link_fd = link_fd, .tracefs = listener->tracefs,
		.traces_all = listener->traces_all, .told = &listener->told, .stop = listener->stopping,
	};
	int code;

	leave_to_keeper(listener);
	never_wait_for_readers();
	if (listener->traces_all || listener->told.count)
		prompt_allow();
	code = privileges_drop();
	if (code == 0)
		code = notify_worker_run(&start);
	if (code == 1) {	/* the keeper was killed, and left what it owned */
		unlink(listener->path);
		tracefs_free(listener->tracefs);
	}
	fflush(NULL);
	_exit(code < 0);
}

/* What it knew of the tracing is gone with it: the next one infers. */
static void forget_worker(struct listener *listener)
{
	keeper_close(listener, &listener->link_fd);
	keeper_close(listener, &listener->worker_fd);
	listener->tracefs = tracefs_free(listener->tracefs);
	listener->worker = 0;
	listener->ticking = false;
}

/* Returns the status of a worker that has died, or will at once. */
static int take_leave(struct listener *listener)
{
	int status = 0;

	waitpid(listener->worker, &status, 0);
	forget_worker(listener);
	return status;
}

/* Killed, it stays in the kernel for as long as what it waits for there: a page of a dead file system. */
static void abandon(struct listener *listener)
{
	size_t i = 0;

	while (i < ABANDONED_MAX - 1 && listener->abandoned[i])
		i++;
	listener->abandoned[i] = listener->worker;
	forget_worker(listener);
}

/* Returns whether there is room for one more. */
static bool reap_abandoned(struct listener *listener)
{
	size_t left = 0;

	for (size_t i = 0; i < ABANDONED_MAX; i++)
		if (listener->abandoned[i] && waitpid(listener->abandoned[i], NULL, WNOHANG) != 0)
			listener->abandoned[i] = 0;
		else
			left += listener->abandoned[i] != 0;
	return left < ABANDONED_MAX;
}

/* A worker whose death would not be seen is none. */
static int keep_worker(struct listener *listener, pid_t pid, int link_fd)
{
	int code;

	listener->worker = pid;
	listener->worker_since = monotonic_ms();
	listener->link_fd = link_fd;
	listener->worker_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	code = listener->worker_fd < 0 ? -errno : keeper_watch(listener, listener->worker_fd, FROM_WORKER, 0);
	if (code == 0)
		code = keeper_watch(listener, link_fd, FROM_LINK, 0);
	if (code < 0) {
		kill(pid, SIGKILL);
		take_leave(listener);
		return code;
	}
	keeper_watch_over(listener);
	return 0;
}

int keeper_start_worker(struct listener *listener)
{
	int pair[2];
	pid_t pid;

	if (!reap_abandoned(listener) || (listener->traces_all && keeper_open_tracing(listener, NULL) < 0))
		return -EAGAIN;
	if (listener->told.count)
		keeper_open_tracing_beside(listener);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	if (!listener->stopping)
		serve_no_more(listener);
	listener->page->answered = 0;
	listener->hung = false;
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

static void set_timer(struct listener *listener, uint64_t ms)
{
	struct itimerspec when = { .it_value = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 } };

	timerfd_settime(listener->timer_fd, 0, &when, NULL);
	listener->ticking = false;
}

static uint64_t moves(const struct listener *listener)
{
	return listener->page->answered + listener->page->moves;
}

/* A worker without containers sleeps, and moves as little as one that hangs. */
static bool has_work(const struct listener *listener)
{
	for (const struct kept_session *s = listener->sessions; s; s = s->next)
		if (s->notify_fd >= 0 || s->traced)
			return true;
	return listener->stopping;
}

void keeper_watch_over(struct listener *listener)
{
	struct task_time time;

	if (listener->ticking || !listener->worker || !has_work(listener))
		return;
	task_time_read(&time, listener->worker);
	watchdog_begin(&listener->watchdog, monotonic_ms(), moves(listener), &time);
	set_timer(listener, WATCHDOG_TICK_MS);
	listener->ticking = true;
}

/* How long until the next one: not at all after useful work or a first mishap. */
static uint64_t time_to_wait(struct listener *listener)
{
	uint64_t ms = WAIT_MS;

	if (listener->page->answered >= USEFUL_CALLS ||
	    (!listener->hung && monotonic_ms() - listener->worker_since >= USEFUL_MS))
		listener->failures = 0;
	listener->failures++;
	for (unsigned int i = 2; i < listener->failures && ms < WAIT_MAX_MS; i++)
		ms *= 2;
	if (ms > WAIT_MAX_MS)
		ms = WAIT_MAX_MS;
	return listener->failures < 2 ? 0 : ms;
}

void keeper_next_worker(struct listener *listener, uint64_t wait_ms)
{
	settle_call_in_hand(listener, wait_ms > 0 || listener->hung);
	if (wait_ms == 0 && keeper_start_worker(listener) == 0)
		return;
	keeper_serve_alone(listener);
	set_timer(listener, wait_ms ? wait_ms : WAIT_MS);
}

static void take_message(struct listener *listener, const struct link_message *message)
{
	struct kept_session *session = message->session < SESSIONS_MAX ? listener->by_index[message->session] : NULL;

	if (message->word == LINK_STOPPED)
		keeper_serve_alone(listener);
	if (!session)
		return;
	if (message->word == LINK_FOLLOWED)
		keeper_let_pass(listener, session);
	else if (message->word == LINK_GONE)
		keeper_tell_rest(listener, session);
	else if (message->word == LINK_READ)
		keeper_close(listener, &session->connection_fd);
	else if (message->word == LINK_BASE && !session->base)
		filter_from_program(&session->base, message->data.data, message->data.length);
	/* At the stop, containers that still run stay the keeper's. */
	else if (message->word == LINK_OVER && !listener->stopping)
		keeper_drop_session(listener, session);
}

void keeper_read_link(struct listener *listener)
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

	if (listener->hung)
		error_set(&err, -ECHILD, "the process that looks at containers does not move: it is killed, and another goes on");
	else
		error_set(&err, -ECHILD, "the process that looks at containers died (%s %d): another goes on",
			  WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	listener->hooks.refused(listener->hooks.context, err.text);
}

/* After a worker of which `status` is left, -1 = it cannot be waited for. */
static void go_on(struct listener *listener, int status)
{
	if (!listener->stopping) {
		tell_of_death(listener, status);
		keeper_next_worker(listener, time_to_wait(listener));
		return;
	}
	keeper_serve_alone(listener);
	listener->stopped = status == 0;
	if (!listener->stopped && ++listener->failures > STOP_TRIES) {
		listener->hooks.refused(listener->hooks.context, "the last traces could not be written");
		listener->stopped = listener->lost_traces = true;
	}
	if (!listener->stopped)
		keeper_next_worker(listener, 0);
}

void listener_give_up(struct listener *listener)
{
	if (!listener->stopping || listener->stopped)
		return;
	listener->failures = STOP_TRIES;
	if (listener->worker)
		kill(listener->worker, SIGKILL);
}

/* What it has said before its death still counts. */
void keeper_bury_worker(struct listener *listener)
{
	keeper_read_link(listener);
	go_on(listener, take_leave(listener));
}

/* The next look at a worker: one that hangs is killed, and one that does not die of it is left behind. */
static void look_at_worker(struct listener *listener)
{
	uint64_t now = monotonic_ms();
	struct task_time time;

	listener->ticking = false;
	if (!has_work(listener) || listener->serving)
		return;
	if (listener->hung) {
		keeper_read_link(listener);
		abandon(listener);
		go_on(listener, -1);
		return;
	}
	task_time_read(&time, listener->worker);
	if (watchdog_look(&listener->watchdog, now, moves(listener), &time)) {
		listener->hung = true;
		blame(listener, &time);
		kill(listener->worker, SIGKILL);
	}
	set_timer(listener, WATCHDOG_TICK_MS);
	listener->ticking = true;
}

void keeper_timer_expired(struct listener *listener)
{
	uint64_t expirations;

	if (read(listener->timer_fd, &expirations, sizeof(expirations)) < 0)
		return;
	if (listener->worker)
		look_at_worker(listener);
	else if (!listener->stopped)
		keeper_next_worker(listener, 0);
}
