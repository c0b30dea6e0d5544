/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on around the tracees: signals to us, the test beside a server, and when to end.
 *
 * The loop sleeps in waitpid(2). A timer interrupts it ten times a second, and so a signal that arrives just before it
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
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/ptrace_internal.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define TURN_US 100000		/* between two turns */
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

void session_watch_signals(void)
{
	struct itimerval timer = { { 0, TURN_US }, { 0, TURN_US } };
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
}

/* From here on a signal is too late for the command, and too early for a trace that is being written. */
void session_release_signals(void)
{
	struct itimerval none = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &none, NULL);
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

int session_begin(struct tracer *tracer)
{
	const struct record_request *request = tracer->request;
	unsigned int timeout_s = request->ready_timeout_s ? request->ready_timeout_s : READY_TIMEOUT_S;

	tracer->session.next_tick_ms = now_ms() + TICK_MS;
	tracer->session.ready_deadline_ms = now_ms() + timeout_s * 1000ull;
	return request->test_command && request->ready ? check_ready(request, tracer->err) : 0;
}

static void signal_all(struct tracer *tracer, int signal)
{
	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t))
		if (t->process && t->tid == t->process->pid)
			kill(t->tid, signal);
}

static void end_server(struct tracer *tracer)
{
	tracer->session.kill_due_ms = now_ms() + GRACE_MS;
	if (!tracer->main_ended)
		kill(tracer->main, SIGTERM);
	else
		signal_all(tracer, SIGTERM);
}

static bool is_ready(struct tracer *tracer)
{
	const char *ready = tracer->request->ready;
	const char *file = ready ? ready_file(ready) : NULL;
	char pid[16];

	if (!ready)
		return tracer->started;
	if (file)
		return access(file, F_OK) == 0;
	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t)) {
		snprintf(pid, sizeof(pid), "%d", (int)t->tid);
		if (t->process && t->tid == t->process->pid && is_listening(pid, ready_port(ready)))
			return true;
	}
	return false;
}

static void start_test(struct tracer *tracer)
{
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", tracer->request->test_command, (char *)NULL);
		_exit(RECORD_STATUS_NOT_FOUND);
	}
	tracer->session.test_started = true;
	if (child > 0) {
		tracer->session.test = child;
		return;
	}
	tracer->code = error_errno(tracer->err, -errno, "cannot start the test");
}

void session_test_ended(struct tracer *tracer, int status)
{
	tracer->session.test = 0;
	tracer->session.test_ended = true;
	tracer->session.test_status = status;
	end_server(tracer);
}

void session_main_ended(struct tracer *tracer)
{
	if (tracer->request->until_main_exits)
		tracer->stop = true;
}

static void look_after_test(struct tracer *tracer, uint64_t now)
{
	struct session *session = &tracer->session;

	if (session->kill_due_ms && now >= session->kill_due_ms) {
		signal_all(tracer, SIGKILL);
		session->kill_due_ms = now + GRACE_MS;
	}
	if (!tracer->request->test_command || session->test_started || session->late || !tracer->tree.tracee_count)
		return;
	if (is_ready(tracer)) {
		start_test(tracer);
	} else if (now >= session->ready_deadline_ms) {
		session->late = true;
		end_server(tracer);
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
			status_number(entry->d_name, "TracerPid") == getpid();
	if (folder)
		closedir(folder);
	return found;
}

/* Process 1 of a container inherits what sessions of docker exec leave behind: nobody waits for that without us either. */
bool session_is_over(const struct tracer *tracer)
{
	const struct session *session = &tracer->session;

	return tracer->main_ended && getpid() == 1 && (!session->test || session->test_ended) &&
	       tree_has_ended(&tracer->tree) && !traces_somebody();
}

int session_end(struct tracer *tracer)
{
	const struct session *session = &tracer->session;
	const char *ready = tracer->request->ready;
	int status = tracer->result->exit_status;

	if (!tracer->request->test_command || session->test_ended)
		return 0;
	tracer->result->exit_status = status ? status : RECORD_STATUS_OWN_FAILURE;
	if (session->late)
		return error_set(tracer->err, -ETIMEDOUT, "the server was not ready in time: no '%s' after %u s"
				 " (hint: --ready-timeout)", ready, tracer->request->ready_timeout_s ?
				 tracer->request->ready_timeout_s : READY_TIMEOUT_S);
	return error_set(tracer->err, -ECHILD, "the server '%s' ended with status %d before it was ready",
			 tracer->request->command[0], status);
}

/* The command got a signal: from whom, to tell a signal to our process group from one to snug alone. */
void session_main_signalled(struct tracer *tracer, pid_t tid, int signal)
{
	siginfo_t info;

	if (signal < 0 || signal >= SIGNALS_MAX || ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) < 0)
		return;
	tracer->session.theirs[signal] = (struct sighting){
		now_ms(), sender_of(&info),
	};
}

static void forward(struct tracer *tracer, int signal)
{
	if (tracer->session.test)
		kill(tracer->session.test, signal);
	else if (!tracer->main_ended)
		kill(tracer->main, signal);
	else
		signal_all(tracer, signal);
}

static bool command_has_it(const struct session *session, int signal)
{
	const struct sighting *ours = &session->ours[signal], *theirs = &session->theirs[signal];

	return theirs->at_ms && theirs->sender == ours->sender && theirs->at_ms + SAME_SIGNAL_MS > ours->at_ms;
}

/* What the terminal sends, it sends to the command too. An attached program is not ours to end: we stop looking. */
static void take_signals(struct tracer *tracer, uint64_t now)
{
	struct session *session = &tracer->session;

	for (size_t i = 0; i < ARRAY_SIZE(stopping); i++)
		if (caught[stopping[i]])
			session->stop_asked_ms = now;
	for (int signal = 1; signal < SIGNALS_MAX; signal++) {
		pid_t sender = caught[signal] - CAUGHT;

		if (!caught[signal])
			continue;
		caught[signal] = 0;
		if (tracer->request->attach && signal != SIGTSTP)
			tracer->stop = true;
		else if (sender != FROM_KERNEL)
			session->ours[signal] = (struct sighting){ now, sender };
	}
}

static void forward_signals(struct tracer *tracer, uint64_t now)
{
	struct session *session = &tracer->session;

	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++) {
		struct sighting *ours = &session->ours[forwarded[i]];

		if (!ours->at_ms || now < ours->at_ms + FORWARD_AFTER_MS)
			continue;
		if (!command_has_it(session, forwarded[i]))
			forward(tracer, forwarded[i]);
		ours->at_ms = 0;
	}
}

/* Stop when the command has stopped, so that the shell gets its terminal back; and let no command stay stopped when
 * snug alone was sent SIGCONT. */
static void follow_stops(struct tracer *tracer, uint64_t now)
{
	struct session *session = &tracer->session;
	const struct tracee *main_task = tree_find(&tracer->tree, tracer->main);
	bool stopped = main_task && main_task->group_stopped;

	if (session->continued_ms && now >= session->continued_ms + FORWARD_AFTER_MS) {
		if (stopped)
			kill(tracer->main, SIGCONT);
		session->continued_ms = 0;
	} else if (session->stop_asked_ms && stopped && !session->continued_ms) {
		session->stop_asked_ms = 0;
		raise(SIGSTOP);
		session->continued_ms = now_ms();
	} else if (session->stop_asked_ms && now >= session->stop_asked_ms + SAME_SIGNAL_MS) {
		session->stop_asked_ms = 0;	/* the command did not stop, as is its right */
	}
}

bool session_turn(struct tracer *tracer)
{
	struct session *session = &tracer->session;
	uint64_t now;

	if (!turn_due)
		return false;
	turn_due = 0;
	now = now_ms();
	take_signals(tracer, now);
	forward_signals(tracer, now);
	follow_stops(tracer, now);
	look_after_test(tracer, now);
	if (tracer->request->tick && now >= session->next_tick_ms) {
		tracer->request->tick(tracer->request->tick_context);
		session->next_tick_ms = now + TICK_MS;
	}
	return true;
}
