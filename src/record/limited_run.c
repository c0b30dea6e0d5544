/* SPDX-License-Identifier: Apache-2.0 */
/* A command under a bounding set; see limited_run.h. */
#include "snug/limited_run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/recorder.h"

/* The bounding set first: that needs CAP_SETPCAP, which may go with the rest. */
static int limit_to(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(capabilities & (uint64_t)1 << i) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return -errno;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 || syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(capabilities >> (32 * i));

		data[i].permitted &= half;
		data[i].effective &= half;
		data[i].inheritable &= half;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static void run_child(char *const *command, uint64_t capabilities, int report)
{
	int code = limit_to(capabilities);

	if (code == 0) {
		execvp(command[0], command);
		_exit(RECORD_STATUS_NOT_EXECUTABLE);	/* as it may be without a capability */
	}
	if (write(report, &code, sizeof(code)) < 0)
		_exit(RECORD_STATUS_OWN_FAILURE);
	_exit(RECORD_STATUS_OWN_FAILURE);
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int limited_run(char *const *command, uint64_t capabilities, struct error *err)
{
	auto_close int report = -1, end = -1;
	int pipe_ends[2], code = 0, status;
	pid_t child;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	report = pipe_ends[0];
	end = pipe_ends[1];
	child = fork();
	if (child < 0)
		return error_errno(err, -errno, "cannot start a process");
	if (child == 0)
		run_child(command, capabilities, end);
	close(steal_fd(&end));
	status = wait_for(child);
	if (read(report, &code, sizeof(code)) == sizeof(code)) {
		error_errno(err, code, "cannot take capabilities from a command");
		return error_hint(err, "run as root, with CAP_SETPCAP");
	}
	return status < 0 ? error_errno(err, status, "cannot wait for the command") : status;
}
