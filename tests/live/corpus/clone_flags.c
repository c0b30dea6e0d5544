/* SPDX-License-Identifier: Apache-2.0 */
/* clone and clone3 by number: a process with shared files, a pidfd, a wait by __WALL, and flags that are refused. */
#include <linux/sched.h>
#include <sched.h>

#include "corpus.h"

static int child(void *argument)
{
	return *(int *)argument;
}

int main(int argc, char **argv)
{
	struct clone_args request = { .flags = CLONE_PIDFD, .exit_signal = SIGCHLD };
	static char stack[65536] __attribute__((aligned(16)));
	int pidfd = -1, answer = 9;
	siginfo_t info;
	pid_t pid;

	begin(argc, argv);
	request.pidfd = (uint64_t)(uintptr_t)&pidfd;
	pid = (pid_t)syscall(SYS_clone3, &request, sizeof(request));
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(4);
	CHECK(pidfd >= 0);
	CHECK(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) == 0 && info.si_status == 4);
	/* No exit signal: only __WALL waits for it. */
	pid = clone(child, stack + sizeof(stack), CLONE_FILES | CLONE_FS, &answer);
	CHECK(status_of(pid) == 9);
	pid = clone(child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &answer);
	CHECK(status_of(pid) == 9);
	request = (struct clone_args){ .flags = CLONE_SIGHAND, .exit_signal = SIGCHLD };
	CHECK_ERRNO(syscall(SYS_clone3, &request, sizeof(request)), EINVAL);
	CHECK_ERRNO(syscall(SYS_clone3, &request, 1), EINVAL);
	return finish();
}
