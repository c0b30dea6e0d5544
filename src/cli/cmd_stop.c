/* SPDX-License-Identifier: Apache-2.0 */
/* snug stop: end a listener that runs elsewhere, and give its status on. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/listen_options.h"
#include "cli/listen_state.h"
#include "cli/service.h"
#include "snug/cleanup.h"
#include "snug/recorder.h"

#define FOLLOW_MS 200		/* between two looks at the log */

static const struct command_option options[] = {
	{ "output", 'o', "DIR", "the folder of the listener (default: " RECORDINGS_FOLDER ")" },
	{ "now", 0, NULL, "do not wait for containers that still run: they go on without being recorded, and their traces are "
	  "incomplete" },
	{ NULL }
};

/* `*ret_pidfd` refers to the listener: who holds the lock before and after the number became a descriptor is the one. */
static pid_t find_listener(const char *folder, int *ret_pidfd, struct error *err)
{
	for (;;) {
		pid_t pid = listen_lock_owner(folder, err);
		auto_close int pidfd = -1;

		if (pid <= 0)
			return pid;
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (pidfd < 0 && errno != ESRCH)
			return error_errno(err, -errno, "cannot watch process %d", pid);
		if (pidfd >= 0 && listen_lock_owner(folder, err) == pid) {
			*ret_pidfd = steal_fd(&pidfd);
			return pid;
		}
	}
}

static void follow_until_end(int pidfd, const char *folder)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	off_t offset = 0;

	while (poll(&end, 1, FOLLOW_MS) <= 0)
		listen_log_follow(folder, &offset);
	listen_log_follow(folder, &offset);
}

static int stop(const char *folder, int pidfd, pid_t pid, bool now, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, now ? LISTEN_STOP_NOW : LISTEN_STOP, NULL, 0) < 0 && errno != ESRCH) {
		error_errno(err, -errno, "cannot stop the listener, process %d", pid);
		return error_hint(err, "it is another user's: sudo snug stop");
	}
	follow_until_end(pidfd, folder);
	return 0;
}

static int run(struct invocation *invocation)
{
	const char *given = option_value(invocation, "output"), *folder = given ? given : RECORDINGS_FOLDER;
	struct error err = ERROR_NONE;
	auto_close int pidfd = -1;
	pid_t pid;
	int status;

	if (invocation->operand_count > 0)
		return complain_text("stop: takes no operand, not '%s'", invocation->operands[0]);
	pid = find_listener(folder, &pidfd, &err);
	if (pid == -ENOENT)
		return complain_text("no listener has served '%s' (hint: -o names the folder that 'snug listen' was given)", folder);
	if (pid < 0 || (pid > 0 && stop(folder, pidfd, pid, option_value(invocation, "now"), &err) < 0))
		return complain(&err);
	status = listen_status_read(folder, &err);
	if (status >= 0) {
		if (pid == 0)
			complain_text("the listener of '%s' had ended already, with status %d", folder, status);
		return status;
	}
	complain_text("the listener of '%s' was killed: containers that it recorded then have incomplete traces", folder);
	return RECORD_STATUS_INCOMPLETE;
}

const struct command command_stop = {
	.name = "stop",
	.usage = "[-o DIR] [--now]",
	.summary = "end a listener when its containers have ended",
	.options = options,
	.run = run,
};
