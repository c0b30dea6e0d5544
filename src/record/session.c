/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on around a recording: signals to us, the test beside a server, and when to end; see session.h.
 *
 * The recorder's loop sleeps. A timer interrupts it ten times a second or more, and so a signal that arrives just before it
 * falls asleep is late and never lost; all that is asked here is asked at such a turn.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/session.h"

#include "record/command.h"
#include "record/proc_file.h"
#include "record/prompt.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define TURN_MS 100		/* between two turns */
#define TICK_MS 1000		/* between two calls of request.tick */
#define FORWARD_AFTER_MS 150	/* by then the command has had its own copy of a signal to our process group */
#define SAME_SIGNAL_MS 2000	/* two sightings of a signal from one sender are the same one */
#define GRACE_MS 10000		/* from SIGTERM to SIGKILL when the test is over */
#define READY_TIMEOUT_S 60	/* when the request has none */

static volatile sig_atomic_t turn_due;
static volatile sig_atomic_t caught[SIGNALS_MAX];		/* CAUGHT plus the sender, 0 = none */

#define FROM_KERNEL (-1)	/* as a sender; 0 is one outside of our pid namespace */
#define CAUGHT 2		/* so that neither is 0 */

/* What ends or steers a program and may be sent to snug alone, by kill(1), a supervisor, a CI job that is cancelled. */
static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP };

/* The terminal sends these to the whole foreground group. The shell waits for snug, so snug stops when the command has. */
static const int stopping[] = { SIGTSTP, SIGTTIN, SIGTTOU };

const struct event_note session_attached = {
	"attached", "the recording was attached to a running program: what it did before is not recorded",
};

static pid_t sender_of(const siginfo_t *info)
{
	return info->si_code == SI_KERNEL ? FROM_KERNEL : info->si_pid;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (signal != SIGALRM)
		caught[signal] = CAUGHT + sender_of(info);
	turn_due = 1;
}

/* What was ignored when we began, the command ignores too. */
static void catch_signal(int signal)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO }, old;

	if (sigaction(signal, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(signal, &action, NULL);
}

void session_enter_loop(const struct session *session)
{
	const struct timeval turn = { 0, 1000 * (session->look_ms ? session->look_ms : TURN_MS) };
	const struct itimerval timer = { turn, turn };
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	sigset_t alarm;

	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		catch_signal(forwarded[i]);
	for (size_t i = 0; i < ARRAY_SIZE(stopping); i++)
		catch_signal(stopping[i]);
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	prompt_wait(true);
}

/* From here on a signal is too late for the command, and too early for a trace that is being written. */
void session_leave_loop(void)
{
	struct itimerval none = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &none, NULL);
	prompt_wait(false);
}

/* In the network namespace of `pid`; no connection is made, since the server would be recorded accepting it. */
static bool is_listening_by(const char *pid, const char *table, unsigned int port)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%s/net/%s", pid, table);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		unsigned int local, state;

		if (sscanf(line, "%*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &local, &state) == 2 &&
		    local == port && state == 0x0a)	/* TCP_LISTEN */
			return true;
	}
	return false;
}

static bool is_listening(const char *pid, unsigned int port)
{
	return is_listening_by(pid, "tcp", port) || is_listening_by(pid, "tcp6", port);
}

/* "tcp:PORT": the port, else 0. */
static unsigned int ready_port(const char *ready)
{
	char *end;
	unsigned long port;

	if (strncmp(ready, "tcp:", 4) != 0)
		return 0;
	port = strtoul(ready + 4, &end, 10);
	return *end || end == ready + 4 || port > 65535 ? 0 : (unsigned int)port;
}

/* "file:PATH": the path, else NULL. */
static const char *ready_file(const char *ready)
{
	return strncmp(ready, "file:", 5) == 0 && ready[5] ? ready + 5 : NULL;
}

static int check_ready(const struct record_request *request, struct error *err)
{
	unsigned int port = ready_port(request->ready);
	const char *file = ready_file(request->ready);

	if (!port && !file)
		return error_set(err, -EINVAL, "cannot wait for '%s' (hint: 'tcp:PORT' or 'file:PATH')", request->ready);
	if (port && !request->container && is_listening("self", port))
		return error_set(err, -EADDRINUSE, "port %u is taken: another program listens there"
				 " (hint: end it, or let the server listen elsewhere)", port);
	if (file && access(file, F_OK) == 0)
		return error_set(err, -EEXIST, "'%s' is there before the server is started"
				 " (hint: remove it, or wait for something else)", file);
	return 0;
}

int session_begin(struct session *session)
{
	const struct record_request *request = session->request;
	unsigned int timeout_s = request->ready_timeout_s ? request->ready_timeout_s : READY_TIMEOUT_S;

	command_remember_signals();
	session->next_tick_ms = monotonic_ms() + TICK_MS;
	session->ready_deadline_ms = monotonic_ms() + timeout_s * 1000ull;
	return request->test_command && request->ready ? check_ready(request, session->err) : 0;
}

static bool send_signal(pid_t pid, const void *signal)
{
	kill(pid, *(const int *)signal);
	return false;
}

static void signal_all(struct session *session, int signal)
{
	session->host->find_process(session->context, send_signal, &signal);
}

static void end_server(struct session *session)
{
	session->kill_due_ms = monotonic_ms() + GRACE_MS;
	if (!session->main_ended)
		kill(session->main, SIGTERM);
	else
		signal_all(session, SIGTERM);
}

static bool listens_on(pid_t pid, const void *port)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)pid);
	return is_listening(number, *(const unsigned int *)port);
}

static bool is_ready(struct session *session)
{
	const char *ready = session->request->ready;
	const char *file = ready ? ready_file(ready) : NULL;

	if (!ready)
		return session->started;
	if (file)
		return access(file, F_OK) == 0;
	return session->host->find_process(session->context, listens_on, &(unsigned int){ ready_port(ready) });
}

static void start_test(struct session *session)
{
	pid_t child;

	prompt_wait(false);	/* or the test would lose its nice value */
	child = fork();
	if (child == 0) {
		if (session->host->leave)
			session->host->leave(session->context);
		execl("/bin/sh", "sh", "-c", session->request->test_command, (char *)NULL);
		_exit(RECORD_STATUS_NOT_FOUND);
	}
	prompt_wait(true);
	session->test_started = true;
	if (child > 0) {
		session->test = child;
		return;
	}
	session->code = error_errno(session->err, -errno, "cannot start the test");
}

void session_test_ended(struct session *session, int status)
{
	session->test = 0;
	session->test_ended = true;
	session->test_status = status;
	end_server(session);
}

void session_main_ended(struct session *session, int status)
{
	session->main_ended = true;
	session->main_status = status;
	if (session->request->until_main_exits)
		session->stop = true;
}

static void look_after_test(struct session *session, uint64_t now)
{
	if (session->kill_due_ms && now >= session->kill_due_ms) {
		signal_all(session, SIGKILL);
		session->kill_due_ms = now + GRACE_MS;
	}
	if (!session->request->test_command || session->test_started || session->late || !session->host->has_tasks(session->context))
		return;
	if (is_ready(session)) {
		start_test(session);
	} else if (now >= session->ready_deadline_ms) {
		session->late = true;
		end_server(session);
	}
}

/* A child whose parent died before its report is not known yet, but is traced. */
static bool traces_somebody(void)
{
	const struct dirent *entry;
	DIR *folder = opendir("/proc");
	bool found = !folder;

	while (folder && !found && (entry = readdir(folder)))
		found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			task_status_number((pid_t)strtol(entry->d_name, NULL, 10), "TracerPid:") == getpid();
	if (folder)
		closedir(folder);
	return found;
}

void session_reap(struct session *session)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == session->test)
			session_test_ended(session, status);
		else if (pid == session->main)
			session_main_ended(session, status);
	}
}

/* Process 1 of a container inherits what sessions of docker exec leave behind: nobody waits for that without us either. */
bool session_is_over(const struct session *session)
{

	return session->main_ended && getpid() == 1 && (!session->test || session->test_ended) &&
	       session->host->has_ended(session->context) && !traces_somebody();
}

void session_fill_status(const struct session *session)
{
	int status = session->test_ended ? session->test_status : session->main_status;
	bool known = session->test_ended || session->main_ended;

	session->result->wait_status = status;
	session->result->exit_status = !known ? 0 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int session_end(struct session *session)
{
	const char *ready = session->request->ready;
	int status = session->result->exit_status;

	if (!session->request->test_command || session->test_ended)
		return 0;
	session->result->exit_status = status ? status : RECORD_STATUS_OWN_FAILURE;
	if (session->late)
		return error_set(session->err, -ETIMEDOUT, "the server was not ready in time: no '%s' after %u s"
				 " (hint: --ready-timeout)", ready, session->request->ready_timeout_s ?
				 session->request->ready_timeout_s : READY_TIMEOUT_S);
	return error_set(session->err, -ECHILD, "the server '%s' ended with status %d before it was ready",
			 session->request->command[0], status);
}

void session_main_signalled(struct session *session, int signal, const siginfo_t *info)
{
	if (signal >= 0 && signal < SIGNALS_MAX)
		session->theirs[signal] = (struct sighting){ monotonic_ms(), sender_of(info) };
}

static void forward(struct session *session, int signal)
{
	if (session->test)
		kill(session->test, signal);
	else if (!session->main_ended)
		kill(session->main, signal);
	else
		signal_all(session, signal);
}

static bool command_has_it(const struct session *session, int signal)
{
	const struct sighting *ours = &session->ours[signal], *theirs = &session->theirs[signal];

	return theirs->at_ms && theirs->sender == ours->sender && theirs->at_ms + SAME_SIGNAL_MS > ours->at_ms;
}

/* What the terminal sends, it sends to the command too. An attached program is not ours to end: we stop looking. */
static void take_signals(struct session *session, uint64_t now)
{
	for (size_t i = 0; i < ARRAY_SIZE(stopping); i++)
		if (caught[stopping[i]])
			session->stop_asked_ms = now;
	for (int signal = 1; signal < SIGNALS_MAX; signal++) {
		pid_t sender = caught[signal] - CAUGHT;

		if (!caught[signal])
			continue;
		caught[signal] = 0;
		if (session->request->attach && signal != SIGTSTP)
			session->stop = true;
		else if (sender != FROM_KERNEL)
			session->ours[signal] = (struct sighting){ now, sender };
	}
}

static void forward_signals(struct session *session, uint64_t now)
{
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++) {
		struct sighting *ours = &session->ours[forwarded[i]];

		if (!ours->at_ms || now < ours->at_ms + FORWARD_AFTER_MS)
			continue;
		if (!command_has_it(session, forwarded[i]))
			forward(session, forwarded[i]);
		ours->at_ms = 0;
	}
}

static bool main_is_stopped(const struct session *session)
{
	auto_free char *state = NULL;

	if (session->host->is_stopped)
		return session->host->is_stopped(session->context);
	state = read_task_field(session->main, "status", "State:");
	return state && strchr(state, 'T');
}

/* Stop when the command has stopped, so that the shell gets its terminal back; and let no command stay stopped when
 * snug alone was sent SIGCONT. */
static void follow_stops(struct session *session, uint64_t now)
{
	bool stopped = main_is_stopped(session);

	if (session->continued_ms && now >= session->continued_ms + FORWARD_AFTER_MS) {
		if (stopped)
			kill(session->main, SIGCONT);
		session->continued_ms = 0;
	} else if (session->stop_asked_ms && stopped && !session->continued_ms) {
		session->stop_asked_ms = 0;
		raise(SIGSTOP);
		session->continued_ms = monotonic_ms();
	} else if (session->stop_asked_ms && now >= session->stop_asked_ms + SAME_SIGNAL_MS) {
		session->stop_asked_ms = 0;	/* the command did not stop, as is its right */
	}
}

bool session_turn(struct session *session)
{
	uint64_t now;

	if (!turn_due)
		return false;
	turn_due = 0;
	now = monotonic_ms();
	if (session->look_ms)
		session->host->look(session->context);
	if (now < session->next_turn_ms)
		return false;
	session->next_turn_ms = now + TURN_MS - session->look_ms;
	take_signals(session, now);
	forward_signals(session, now);
	follow_stops(session, now);
	look_after_test(session, now);
	if (session->request->tick && now >= session->next_tick_ms) {
		session->request->tick(session->request->tick_context);
		session->next_tick_ms = now + TICK_MS;
	}
	return true;
}
