/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of calls that no listener is told of.
 *
 * Nobody has the descriptor yet while runc's init, which has loaded the filter, tells its parent about it: a notified
 * call before that waits for ever, and the container never starts. init is a Go program, whose scheduler makes calls of
 * its own at any moment, and whose threads are interrupted by signals to each other. All of these are in runc's baseline,
 * so that a profile has them anyway; none has an argument to learn from.
 *
 * A fork is another matter: the kernel always starts it again after a signal (kernel/fork.c, ERESTARTNOINTR), so that no
 * program is ready for EINTR, which a held call meets where the handler has no SA_RESTART.
 */
#include "snug/not_notified.h"

#include "snug/memory.h"

static const struct not_notified not_notified_rows[] = {
	{ "clone", "dash 0.5.12, jobs.c: the first part of a pipeline ended, SIGCHLD, while the fork of the second was held: 9 of "
	  "3000 failed", .plain_only = true },
	{ "close", "runc 1.1 libcontainer/init_linux.go: giving up, where nobody listens; it hung for ever, 1.1.5" },
	{ "exit_group", "the same" },
	{ "fork", "as clone: what musl and 32-bit programs fork by" },
	{ "futex", "Go 1.19 runtime/os_linux.go: waking and waiting for threads" },
	{ "getpid", "Go 1.19 runtime/os_linux.go: signalM()" },
	{ "madvise", "Go 1.19 runtime/mem_linux.go: memory is given back" },
	{ "nanosleep", "Go 1.19 runtime/sys_linux_amd64.s: usleep()" },
	{ "read", "runc 1.1 libcontainer/sync.go: what init waits for while the descriptor is brought, or nobody listens" },
	{ "rt_sigreturn", "Go 1.19 runtime/preempt.go: SIGURG interrupts; seen to hang, runc 1.1.5, one start in 40" },
	{ "sched_yield", "Go 1.19 runtime/lock_futex.go" },
	{ "vfork", "as clone: dash 0.5.12 starts programs by it" },
	{ "write", "runc 1.1 libcontainer/seccomp/seccomp_linux.go: refuses a profile that notifies it" },
};

const struct not_notified *not_notified_at(size_t index)
{
	return index < ARRAY_SIZE(not_notified_rows) ? &not_notified_rows[index] : NULL;
}
