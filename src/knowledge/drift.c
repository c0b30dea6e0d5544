/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what another libc asks for. */
#include "snug/drift.h"

#include "snug/memory.h"

#define MUSL "musl 1.2 src/"
#define GLIBC "glibc "

/* Sorted by call, then by what did its work before. Beside these, both directions of knowledge/fallback.c are drift. */
static const struct drift_call call_rows[] = {
	{ "access", "faccessat", MUSL "unistd/access.c" },
	{ "access", "faccessat2", MUSL "unistd/access.c" },
	{ "arch_prctl", "*", "the thread pointer of x86_64: " MUSL "thread/x86_64/__set_thread_area.s, glibc TLS_INIT_TP" },
	{ "brk", "*", "malloc(3)" },
	{ "chmod", "fchmodat", MUSL "stat/chmod.c" },
	{ "chown", "fchownat", MUSL "unistd/chown.c" },
	{ "clock_nanosleep", "nanosleep", GLIBC "2.30 nanosleep.c" },
	{ "dup2", "dup3", MUSL "unistd/dup2.c" },
	{ "dup3", "dup2", GLIBC "dup2.c of ABIs without the call" },
	{ "epoll_create", "epoll_create1", "epoll_create(2)" },
	{ "epoll_create1", "epoll_create", MUSL "linux/epoll.c" },
	{ "epoll_pwait", "epoll_wait", MUSL "linux/epoll.c" },
	{ "epoll_wait", "epoll_pwait", GLIBC "epoll_wait.c" },
	{ "exit", "*", "pthread_exit(3)" },
	{ "faccessat", "access", GLIBC "access.c of ABIs without the call" },
	{ "faccessat2", "access", GLIBC "2.33 faccessat.c" },
	{ "fchmodat", "chmod", GLIBC "chmod.c of ABIs without the call" },
	{ "fchownat", "chown", GLIBC "chown.c of ABIs without the call" },
	{ "fork", "clone", MUSL "process/_Fork.c" },
	{ "fork", "clone3", MUSL "process/_Fork.c" },
	{ "fstat", "newfstatat", MUSL "stat/fstatat.c" },
	{ "getdents64", "getdents", MUSL "dirent/readdir.c" },
	{ "getrandom", "*", GLIBC "2.36 malloc.c: tcache_key_initialize()" },
	{ "getrlimit", "prlimit64", MUSL "misc/getrlimit.c" },
	{ "link", "linkat", MUSL "unistd/link.c" },
	{ "linkat", "link", GLIBC "link.c of ABIs without the call" },
	{ "lstat", "newfstatat", MUSL "stat/fstatat.c" },
	{ "madvise", "*", "free(3), thread stacks: " GLIBC "allocatestack.c" },
	{ "membarrier", "*", MUSL "ldso/dynlink.c: new threads' storage" },
	{ "mkdir", "mkdirat", MUSL "stat/mkdir.c" },
	{ "mkdirat", "mkdir", GLIBC "mkdir.c of ABIs without the call" },
	{ "mmap", "*", "malloc(3), ld.so(8)" },
	{ "mprotect", "*", "ld.so(8): read-only relocations" },
	{ "mremap", "*", "realloc(3)" },
	{ "munmap", "*", "malloc(3), ld.so(8)" },
	{ "nanosleep", "clock_nanosleep", MUSL "time/clock_nanosleep.c" },
	{ "newfstatat", "fstat", GLIBC "2.33 fstat64.c" },
	{ "newfstatat", "lstat", GLIBC "2.33 lstat64.c" },
	{ "newfstatat", "stat", GLIBC "2.33 stat64.c" },
	{ "newfstatat", "statx", GLIBC "2.33 fstatat64.c" },
	{ "open", "openat", MUSL "fcntl/open.c" },
	{ "openat", "open", GLIBC "2.26 open64.c" },
	{ "pipe", "pipe2", MUSL "unistd/pipe.c" },
	{ "pipe2", "pipe", GLIBC "2.33 pipe.c" },
	{ "poll", "ppoll", MUSL "select/poll.c" },
	{ "ppoll", "poll", GLIBC "poll.c of ABIs without the call" },
	{ "prlimit64", "*", GLIBC "getrlimit64.c: the stack's limit at the start" },
	{ "pselect6", "select", GLIBC "2.34 select.c" },
	{ "readlink", "readlinkat", MUSL "unistd/readlink.c" },
	{ "readlinkat", "readlink", GLIBC "readlink.c of ABIs without the call" },
	{ "readv", "read", MUSL "stdio/__stdio_read.c" },
	{ "rename", "renameat", MUSL "stdio/rename.c" },
	{ "renameat", "rename", GLIBC "rename.c of ABIs without the call" },
	{ "rmdir", "unlinkat", MUSL "unistd/rmdir.c" },
	{ "rseq", "*", GLIBC "2.35 rseq-internal.h" },
	{ "rt_sigaction", "*", "sigaction(2): the cancellation of threads" },
	{ "rt_sigprocmask", "*", MUSL "signal/block.c: around clone and exit" },
	{ "select", "pselect6", MUSL "select/select.c" },
	{ "set_robust_list", "*", GLIBC "2.34 libc_start_main: the thread's list of locks" },
	{ "set_tid_address", "*", MUSL "env/__init_tls.c, glibc 2.34 csu/libc-tls.c" },
	{ "stat", "newfstatat", MUSL "stat/fstatat.c" },
	{ "symlink", "symlinkat", MUSL "unistd/symlink.c" },
	{ "symlinkat", "symlink", GLIBC "symlink.c of ABIs without the call" },
	{ "tgkill", "tkill", GLIBC "2.34 pthread_kill.c" },
	{ "tkill", "tgkill", MUSL "signal/raise.c" },
	{ "unlink", "unlinkat", MUSL "unistd/unlink.c" },
	{ "unlinkat", "unlink", GLIBC "unlink.c of ABIs without the call" },
	{ "vfork", "clone", MUSL "process/vfork.s" },
	{ "wait4", "waitid", GLIBC "wait.c" },
	{ "writev", "write", MUSL "stdio/__stdio_write.c" },
};

/* Sorted by path. Read, or mapped as code, and never changed. */
static const struct drift_file file_rows[] = {
	{ "/etc/gai.conf", GLIBC "getaddrinfo.c" },
	{ "/etc/host.conf", GLIBC "res_hconf.c" },
	{ "/etc/hosts", "hosts(5), " MUSL "network/lookup_name.c" },
	{ "/etc/ld-musl-aarch#.path", MUSL "ldso/dynlink.c" },
	{ "/etc/ld-musl-x#_#.path", MUSL "ldso/dynlink.c" },
	{ "/etc/ld.so.cache", "ld.so(8)" },
	{ "/etc/ld.so.preload", "ld.so(8)" },
	{ "/etc/localtime", "tzset(3)" },
	{ "/etc/nsswitch.conf", "nsswitch.conf(5)" },
	{ "/etc/resolv.conf", "resolv.conf(5)" },
	{ "/lib/ld-musl-aarch#.so.#", MUSL "ldso/dynlink.c" },
	{ "/lib/ld-musl-x#_#.so.#", MUSL "ldso/dynlink.c" },
	{ "/lib/libc.musl-aarch#.so.#", "Alpine's package musl" },
	{ "/lib/libc.musl-x#_#.so.#", "Alpine's package musl" },
	{ "/proc/sys/vm/overcommit_memory", GLIBC "malloc's arena.c: shrink_heap()" },
	{ "/sys/devices/system/cpu/online", GLIBC "2.35 getsysstats.c" },
	{ "/usr/lib/gconv/", "iconv(3)" },
	{ "/usr/lib/ld-musl-aarch#.so.#", MUSL "ldso/dynlink.c" },
	{ "/usr/lib/ld-musl-x#_#.so.#", MUSL "ldso/dynlink.c" },
	{ "/usr/lib/locale/", "setlocale(3)" },
	{ "/usr/lib/x#_#-linux-gnu/gconv/", "iconv(3)" },
	{ "/usr/lib/x#_#-linux-gnu/ld-linux-x#-#.so.#", "ld.so(8)" },
	{ "/usr/lib/x#_#-linux-gnu/libc.so.#", "ld.so(8)" },
	{ "/usr/lib/x#_#-linux-musl/libc.so", "Debian's package musl" },
	{ "/usr/share/locale/", "gettext(3)" },
	{ "/usr/share/zoneinfo/", "tzset(3)" },
};

const struct drift_call *drift_call_at(size_t index)
{
	return index < ARRAY_SIZE(call_rows) ? &call_rows[index] : NULL;
}

const struct drift_file *drift_file_at(size_t index)
{
	return index < ARRAY_SIZE(file_rows) ? &file_rows[index] : NULL;
}
