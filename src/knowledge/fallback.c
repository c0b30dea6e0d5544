/* SPDX-License-Identifier: Apache-2.0 */
/* The table of calls that do the work of others. */
#include "snug/fallback.h"

#include <string.h>

#include "snug/memory.h"

#define GLIBC "glibc "
#define TIME64 "glibc 2.34, musl 1.2: the call with 64-bit time is from Linux 5.1"
#define RESTART "restart_syscall(2): a stop or the cgroup freezer interrupted it"
#define VDSO "vdso(7): a call where the clock source cannot be read in user space"

/* Sorted by call, then instead. The functions named stand below sysdeps/unix/sysv/linux in glibc. */
static const struct fallback fallback_rows[] = {
	{ "*", "clock_getres", false, VDSO },
	{ "*", "clock_gettime", false, VDSO },
	{ "*", "clock_gettime64", false, VDSO },
	{ "*", "exit_group", false, "_exit(2): how a program ends that was killed in the recording" },
	{ "*", "getcpu", false, VDSO },
	{ "*", "gettimeofday", false, VDSO },
	{ "*", "time", false, VDSO },
	{ "clock_adjtime64", "clock_adjtime", false, TIME64 },
	{ "clock_getres_time64", "clock_getres", false, TIME64 },
	{ "clock_gettime64", "clock_gettime", false, TIME64 },
	{ "clock_nanosleep", "restart_syscall", false, RESTART },
	{ "clock_nanosleep_time64", "clock_nanosleep", false, TIME64 },
	{ "clock_nanosleep_time64", "restart_syscall", false, RESTART },
	{ "clock_settime64", "clock_settime", false, TIME64 },
	{ "clone", "exit", false, "pthread_exit(3): how a thread ends that outlived the recording" },
	{ "clone3", "clone", true, GLIBC "2.34 clone-internal.c; seccomp cannot read clone3's struct" },
	{ "clone3", "exit", false, "pthread_exit(3): how a thread ends that outlived the recording" },
	{ "close_range", "close", false, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "getdents64", false, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "lseek", false, GLIBC "2.34 closefrom_fallback.c" },
	{ "close_range", "openat", false, GLIBC "2.34 closefrom_fallback.c" },
	{ "epoll_pwait2", "epoll_pwait", false, "epoll_pwait2(2), Linux 5.11: older kernels know the one with milliseconds" },
	{ "execveat", "execve", false, GLIBC "2.34 fexecve.c" },
	{ "faccessat2", "faccessat", false, GLIBC "2.33 faccessat.c, musl 1.2.2 faccessat.c" },
	{ "faccessat2", "fstatat64", false, GLIBC "2.33 faccessat.c" },
	{ "faccessat2", "newfstatat", false, GLIBC "2.33 faccessat.c" },
	{ "fchmodat2", "chmod", false, GLIBC "2.39 fchmodat.c: by /proc/self/fd" },
	{ "fchmodat2", "fchmodat", false, GLIBC "2.39 fchmodat.c, musl 1.2.5 fchmodat.c" },
	{ "fchmodat2", "fstatat64", false, GLIBC "2.39 fchmodat.c" },
	{ "fchmodat2", "newfstatat", false, GLIBC "2.39 fchmodat.c, musl 1.2.5 fchmodat.c" },
	{ "fchmodat2", "openat", false, GLIBC "2.39 fchmodat.c: O_PATH" },
	{ "futex", "restart_syscall", false, RESTART },
	{ "futex_time64", "futex", false, TIME64 },
	{ "futex_time64", "restart_syscall", false, RESTART },
	{ "io_pgetevents_time64", "io_pgetevents", false, TIME64 },
	{ "mq_timedreceive_time64", "mq_timedreceive", false, TIME64 },
	{ "mq_timedsend_time64", "mq_timedsend", false, TIME64 },
	{ "nanosleep", "restart_syscall", false, RESTART },
	{ "openat2", "openat", false, "openat2(2), Linux 5.6: cyphar/filepath-securejoin in runc, systemd" },
	{ "pidfd_open", "kill", false, "Go 1.23 os/pidfd_linux.go" },
	{ "pidfd_open", "wait4", false, "Go 1.23 os/pidfd_linux.go" },
	{ "pidfd_send_signal", "kill", false, "Go 1.23 os/pidfd_linux.go" },
	{ "poll", "restart_syscall", false, RESTART },
	{ "ppoll_time64", "ppoll", false, TIME64 },
	{ "preadv2", "preadv", false, GLIBC "2.26 preadv2.c" },
	{ "preadv2", "readv", false, GLIBC "2.26 preadv2.c" },
	{ "pselect6_time64", "pselect6", false, TIME64 },
	{ "pwritev2", "pwritev", false, GLIBC "2.26 pwritev2.c" },
	{ "pwritev2", "writev", false, GLIBC "2.26 pwritev2.c" },
	{ "recvmmsg_time64", "recvmmsg", false, TIME64 },
	{ "renameat2", "renameat", false, GLIBC "2.28 renameat2.c" },
	{ "rt_sigaction", "rt_sigreturn", false, "sigreturn(2): the end of every signal handler" },
	{ "rt_sigaction", "sigreturn", false, "sigreturn(2): the end of a handler without SA_SIGINFO on 32-bit ABIs" },
	{ "rt_sigtimedwait_time64", "rt_sigtimedwait", false, TIME64 },
	{ "sched_rr_get_interval_time64", "sched_rr_get_interval", false, TIME64 },
	{ "semtimedop_time64", "semtimedop", false, TIME64 },
	{ "sigaction", "sigreturn", false, "sigreturn(2): the end of every signal handler" },
	{ "statx", "fstatat64", false, GLIBC "2.28 statx_generic.c" },
	{ "statx", "newfstatat", false, GLIBC "2.28 statx_generic.c, musl 1.2 fstatat.c" },
	{ "timer_gettime64", "timer_gettime", false, TIME64 },
	{ "timer_settime64", "timer_settime", false, TIME64 },
	{ "timerfd_gettime64", "timerfd_gettime", false, TIME64 },
	{ "timerfd_settime64", "timerfd_settime", false, TIME64 },
	{ "utimensat_time64", "utimensat", false, TIME64 },
};

/* Calls that follow from another one, and are no way to do without it. */
static const char *const consequences[] = {
	"exit", "restart_syscall", "rt_sigreturn", "sigreturn",
};

bool fallback_replaces(const struct fallback *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(consequences); i++)
		if (strcmp(consequences[i], row->instead) == 0)
			return false;
	return strcmp(row->call, "*") != 0;
}

const struct fallback *fallback_at(size_t index)
{
	return index < ARRAY_SIZE(fallback_rows) ? &fallback_rows[index] : NULL;
}

bool fallback_refuses(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(fallback_rows); i++)
		if (fallback_rows[i].refuse && strcmp(fallback_rows[i].call, call) == 0)
			return true;
	return false;
}
