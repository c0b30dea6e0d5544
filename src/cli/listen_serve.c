/* SPDX-License-Identifier: Apache-2.0 */
/* One time of listening: the listener, the command, our signals; see listen_serve.h. */
#include "cli/listen_serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/listen_lines.h"
#include "cli/listen_options.h"
#include "snug/clock.h"
#include "snug/memory.h"

int listening_open(struct listening *listening, struct error *err)
{
	const struct listener_hooks hooks = containers_hooks(&listening->containers);
	int code = listener_new(&listening->listener, listening->socket, &hooks, err);

	if (code == -ENAMETOOLONG)
		return error_hint(err, "-s names a shorter one");
	if (code == -EADDRINUSE)
		return error_hint(err, "-s names another socket, 'snug stop' ends that listener");
	return code;
}

static const char *stop_words(const struct listening *listening)
{
	return isatty(STDERR_FILENO) && !listening->ending ? "Ctrl-C twice stops now" :
	       isatty(STDERR_FILENO) ? "Ctrl-C again stops now" : "'snug stop --now' stops now";
}

/* What is going to happen while containers still run. Says nothing when none does. */
static void tell_of_waiting(const struct listening *listening)
{
	const char *running = listening->containers.seen->running;

	if (running[0])
		complain_text("waiting for containers that still run, and go on being recorded: %s (hint: %s)", running,
			      stop_words(listening));
}

/* A command that runs has the terminal for itself. */
static void show_lines(struct listening *listening)
{
	listening->containers.seen->lines = listening->command.pid == 0 && listen_lines_possible();
	complain_over_lines(&listening->containers.seen->lines);
}

/* As long as the command runs, signals are its own. Then the first says what will happen, and the second interrupt does it. */
static void handle_signal(struct listening *listening, struct signalfd_siginfo *info)
{
	if (info->ssi_signo == SIGCHLD) {
		if (listen_command_reap(&listening->command)) {
			listener_leave_running(listening->listener);
			tell_of_waiting(listening);
			show_lines(listening);
		}
		return;
	}
	if (info->ssi_signo == LISTEN_STOP_NOW || info->ssi_signo == SIGQUIT)
		listening->now = info->ssi_code != SI_KERNEL || listening->command.pid == 0;
	if (listening->command.pid > 0) {
		if (info->ssi_signo == LISTEN_STOP_NOW)
			info->ssi_signo = LISTEN_STOP;
		listen_command_signal(&listening->command, info);
		return;
	}
	if (info->ssi_signo == SIGINT && listening->ending)
		listening->now = true;
	listening->ending = true;
	listener_leave_running(listening->listener);
	if (!listening->now)
		tell_of_waiting(listening);
}

static void handle_signals(struct listening *listening)
{
	struct signalfd_siginfo info;

	while (read(listening->signal_fd, &info, sizeof(info)) == sizeof(info))
		handle_signal(listening, &info);
}

static bool is_over(const struct listening *listening)
{
	if (listening->command.pid > 0)
		return false;
	if (listening->now)
		return true;
	return (listening->command.argv || listening->ending) && listener_is_idle(listening->listener);
}

int listening_serve(struct listening *listening, struct error *err)
{
	struct pollfd ready[] = {
		{ .fd = listener_descriptor(listening->listener), .events = POLLIN },
		{ .fd = listening->signal_fd, .events = POLLIN },
	};
	int code = 0;

	while (code == 0 && !is_over(listening)) {
		if (poll(ready, ARRAY_SIZE(ready), -1) < 0 && errno != EINTR)
			return error_errno(err, -errno, "cannot wait for calls");
		handle_signals(listening);
		code = listener_step(listening->listener);	/* after the signals: what a command left behind is seen */
	}
	return code < 0 ? error_errno(err, code, "cannot serve containers") : 0;
}

static bool is_in_a_hurry(const struct listening *listening)
{
	struct signalfd_siginfo info;
	bool hurry = false;

	while (read(listening->signal_fd, &info, sizeof(info)) == sizeof(info))
		hurry |= info.ssi_signo == SIGINT || info.ssi_signo == SIGQUIT || info.ssi_signo == LISTEN_STOP_NOW;
	return hurry;
}

/* The last traces go to a disk, which may hang. */
static void stop_listener(struct listening *listening)
{
	struct pollfd ready[] = {
		{ .fd = listener_descriptor(listening->listener), .events = POLLIN },
		{ .fd = listening->signal_fd, .events = POLLIN },
	};
	uint64_t slow_ms = monotonic_ms() + DISK_SLOW_MS;

	listener_stop(listening->listener);
	while (!listener_has_stopped(listening->listener)) {
		if (poll(ready, ARRAY_SIZE(ready), -1) < 0 && errno != EINTR)
			return;
		if (is_in_a_hurry(listening) && monotonic_ms() >= slow_ms)
			listener_give_up(listening->listener);
		if (listener_step(listening->listener) < 0)
			return;
	}
	listening->lost = listener_lost_traces(listening->listener);
}

void listening_close(struct listening *listening)
{
	if (listening->containers.seen && listening->containers.seen->running[0])
		complain_text("stopping while containers run: %s: they go on without being recorded (hint: start them anew without "
			      "the record profile)", listening->containers.seen->running);
	if (listening->listener)
		stop_listener(listening);
	listening->listener = listener_free(listening->listener);
	if (listening->containers.seen && listening->containers.seen->lines) {
		listening->containers.seen->lines = false;
		listen_lines_erase();
	}
	complain_over_lines(NULL);
}

int listening_start(struct listening *listening, struct error *err)
{
	int code = listening->running ? listener_audit_running(listening->listener, listening->running, err) : 0;

	if (code == 0 && listening->command.argv)
		code = listen_command_start(&listening->command, err);
	if (code < 0)
		return code;
	show_lines(listening);
	return listener_start(listening->listener, err);
}
