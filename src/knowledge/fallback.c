/* SPDX-License-Identifier: Apache-2.0 */
/* The table of calls that do the work of others. */
#include "snug/fallback.h"

#include <string.h>

#include "snug/memory.h"

#define GLIBC "glibc "
#define TIME64 "glibc 2.34, musl 1.2: the call with 64-bit time is from Linux 5.1"
#define LOCK "futex(2), glibc lowlevellock.h: a lock or an end of a thread that nobody had to wait for in the recording"
#define SPIN "sched_yield(2): spin locks of V8, libuv, jemalloc, OpenMP and Go give way only where somebody else holds them"
#define CHAIN "nginx src/os/unix/ngx_readv_chain.c: what came with the head of an answer is not read again"
#define SLOW "Redis slowlog.c slowlogCreateEntry(): who sent a command that took long, as any may on a busy machine"
#define WAIT "dash 0.5.12 jobs.c waitproc(): 'wait' sleeps only if the child has not ended before"
#define VDSO "vdso(7): a call where the clock source cannot be read in user space"

#define FOLLOWS true

/* CLONE_INTO_CGROUP, Linux 5.7; CLONE_CLEAR_SIGHAND beside it has a substitute in glibc. */
#define INTO_CGROUP 0x200000000u

/* Sorted by call, then instead. The functions named stand below sysdeps/unix/sysv/linux in glibc. */
static const struct fallback fallback_rows[] = {
	{ "*", "clock_getres", 0, VDSO },
	{ "*", "clock_gettime", 0, VDSO },
	{ "*", "clock_gettime64", 0, VDSO },
	{ "*", "exit_group", 0, "_exit(2): how a program ends that was killed in the recording" },
	{ "*", "getcpu", 0, VDSO },
	{ "*", "gettimeofday", 0, VDSO },
	{ "*", "restart_syscall", 0,
	  "restart_syscall(2): a stop or the cgroup freezer interrupted a wait; a recording by notification sees no futex" },
	{ "*", "time", 0, VDSO },
	{ "accept", "getpeername", 0, SLOW, FOLLOWS },
	{ "accept4", "getpeername", 0, SLOW, FOLLOWS },
	{ "clock_adjtime64", "clock_adjtime", 0, TIME64 },
	{ "clock_getres_time64", "clock_getres", 0, TIME64 },
	{ "clock_gettime64", "clock_gettime", 0, TIME64 },
	{ "clock_nanosleep_time64", "clock_nanosleep", 0, TIME64 },
	{ "clock_settime64", "clock_settime", 0, TIME64 },
	{ "clone", "exit", 0, "pthread_exit(3): how a thread ends that outlived the recording", FOLLOWS },
	{ "clone", "futex", 0, LOCK, FOLLOWS },
	{ "clone", "sched_yield", 0, SPIN, FOLLOWS },
	{ "clone3", "clone", INTO_CGROUP, GLIBC "2.34 clone-internal.c; seccomp cannot read clone3's struct" },
	{ "clone3", "exit", 0, "pthread_exit(3): how a thread ends that outlived the recording", FOLLOWS },
	{ "clone3", "futex", 0, LOCK, FOLLOWS },
	{ "clone3", "sched_yield", 0, SPIN, FOLLOWS },
	{ "close_range", "close", 0, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "getdents64", 0, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "lseek", 0, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "openat", 0, GLIBC "2.34 closefrom_fallback.c" },
	{ "epoll_pwait2", "epoll_pwait", 0, "epoll_pwait2(2), Linux 5.11: older kernels know the one with milliseconds" },
	{ "execveat", "execve", 0, GLIBC "2.34 fexecve.c" },
	{ "faccessat2", "faccessat", 0, GLIBC "2.33 faccessat.c, musl 1.2.2 faccessat.c" },
	{ "faccessat2", "fstatat64", 0, GLIBC "2.33 faccessat.c" },
	{ "faccessat2", "newfstatat", 0, GLIBC "2.33 faccessat.c" },
	{ "fchmodat2", "chmod", 0, GLIBC "2.39 fchmodat.c: by /proc/self/fd" },
	{ "fchmodat2", "fchmodat", 0, GLIBC "2.39 fchmodat.c, musl 1.2.5 fchmodat.c" },
	{ "fchmodat2", "fstatat64", 0, GLIBC "2.39 fchmodat.c" },
	{ "fchmodat2", "newfstatat", 0, GLIBC "2.39 fchmodat.c, musl 1.2.5 fchmodat.c" },
	{ "fchmodat2", "openat", 0, GLIBC "2.39 fchmodat.c: O_PATH" },
	{ "futex_time64", "futex", 0, TIME64 },
	{ "io_pgetevents_time64", "io_pgetevents", 0, TIME64 },
	{ "mq_timedreceive_time64", "mq_timedreceive", 0, TIME64 },
	{ "mq_timedsend_time64", "mq_timedsend", 0, TIME64 },
	{ "openat2", "openat", 0, "openat2(2), Linux 5.6: cyphar/filepath-securejoin in runc, systemd" },
	{ "pidfd_open", "kill", 0, "Go 1.23 os/pidfd_linux.go" },
	{ "pidfd_open", "wait4", 0, "Go 1.23 os/pidfd_linux.go" },
	{ "pidfd_send_signal", "kill", 0, "Go 1.23 os/pidfd_linux.go" },
	{ "ppoll_time64", "ppoll", 0, TIME64 },
	{ "preadv2", "preadv", 0, GLIBC "2.26 preadv2.c" },
	{ "preadv2", "readv", 0, GLIBC "2.26 preadv2.c" },
	{ "pselect6_time64", "pselect6", 0, TIME64 },
	{ "pwritev2", "pwritev", 0, GLIBC "2.26 pwritev2.c" },
	{ "pwritev2", "writev", 0, GLIBC "2.26 pwritev2.c" },
	{ "recvmmsg_time64", "recvmmsg", 0, TIME64 },
	{ "renameat2", "renameat", 0, GLIBC "2.28 renameat2.c" },
	{ "rt_sigaction", "rt_sigreturn", 0, "sigreturn(2): the end of every signal handler", FOLLOWS },
	{ "rt_sigaction", "sigreturn", 0, "sigreturn(2): the end of a handler without SA_SIGINFO on 32-bit ABIs", FOLLOWS },
	{ "rt_sigtimedwait_time64", "rt_sigtimedwait", 0, TIME64 },
	{ "sched_rr_get_interval_time64", "sched_rr_get_interval", 0, TIME64 },
	{ "semtimedop_time64", "semtimedop", 0, TIME64 },
	{ "sigaction", "sigreturn", 0, "sigreturn(2): the end of every signal handler", FOLLOWS },
	{ "statx", "fstatat64", 0, GLIBC "2.28 statx_generic.c" },
	{ "statx", "newfstatat", 0, GLIBC "2.28 statx_generic.c, musl 1.2 fstatat.c" },
	{ "timer_gettime64", "timer_gettime", 0, TIME64 },
	{ "timer_settime64", "timer_settime", 0, TIME64 },
	{ "timerfd_gettime64", "timerfd_gettime", 0, TIME64 },
	{ "timerfd_settime64", "timerfd_settime", 0, TIME64 },
	{ "utimensat_time64", "utimensat", 0, TIME64 },
	{ "wait4", "rt_sigsuspend", 0, WAIT, FOLLOWS },
	{ "waitpid", "rt_sigsuspend", 0, WAIT, FOLLOWS },
	{ "writev", "readv", 0, CHAIN, FOLLOWS },
};

bool fallback_replaces(const struct fallback *row)
{
	return !row->follows && strcmp(row->call, "*") != 0;
}

const struct fallback *fallback_at(size_t index)
{
	return index < ARRAY_SIZE(fallback_rows) ? &fallback_rows[index] : NULL;
}

const struct fallback *fallback_refused(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(fallback_rows); i++)
		if (fallback_rows[i].unless && strcmp(fallback_rows[i].call, call) == 0)
			return &fallback_rows[i];
	return NULL;
}
