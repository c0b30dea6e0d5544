/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what another libc asks for. Sources were read in musl 1.2.5 and glibc 2.42, and in the release that is named. */
#include "snug/drift.h"

#include "snug/access.h"
#include "snug/memory.h"

#define MUSL "musl 1.2 src/"
#define MUSL_LOADER "musl 1.2 ldso/dynlink.c"
#define GLIBC "glibc "
#define CHECK_PF GLIBC "check_pf.c: getaddrinfo(3) asks for addresses of this machine"
#define GLIBC_PARTS GLIBC "2.34 NEWS: a part of libc.so.6 from then on"

/* Sorted by call, then by what did its work before. Beside these, both directions of knowledge/fallback.c are drift. */
static const struct drift_call call_rows[] = {
	{ "access", "faccessat", MUSL "unistd/access.c" },
	{ "alarm", "setitimer", GLIBC "sysdeps/unix/syscalls.list" },
	{ "arch_prctl", "*", "the thread pointer of x86_64: " MUSL "thread/x86_64/__set_thread_area.s, glibc TLS_INIT_TP" },
	{ "bind", "connect", MUSL "network/res_msend.c: answers of name servers come to a port of its own" },
	{ "brk", "*", "malloc(3)" },
	{ "chmod", "fchmodat", MUSL "stat/chmod.c" },
	{ "chown", "fchownat", MUSL "unistd/chown.c" },
	{ "clock_nanosleep", "nanosleep", GLIBC "2.31 nanosleep.c" },
	{ "clone", "fork", GLIBC "arch-fork.h" },
	{ "clone", "vfork", GLIBC "2.24 spawni.c" },
	{ "dup", "*", GLIBC "stdio-common/perror.c: what is said of an error goes by a stream of its own" },
	{ "dup2", "dup3", MUSL "unistd/dup2.c" },
	{ "dup3", "dup2", GLIBC "dup2.c of ABIs without the call" },
	{ "epoll_create", "epoll_create1", GLIBC "epoll_create.c" },
	{ "epoll_create1", "epoll_create", MUSL "linux/epoll.c" },
	{ "epoll_pwait", "epoll_wait", MUSL "linux/epoll.c" },
	{ "epoll_wait", "epoll_pwait", GLIBC "epoll_wait.c" },
	{ "exit", "*", "pthread_exit(3)" },
	{ "faccessat", "access", GLIBC "access.c of ABIs without the call" },
	{ "fchmodat", "chmod", GLIBC "chmod.c of ABIs without the call" },
	{ "fchownat", "chown", GLIBC "chown.c of ABIs without the call" },
	{ "fcntl", "*", MUSL "fcntl/open.c: O_CLOEXEC again; glibc opendir.c" },
	{ "fork", "clone", MUSL "process/_Fork.c" },
	{ "fork", "clone3", MUSL "process/_Fork.c" },
	{ "fstat", "newfstatat", MUSL "stat/fstatat.c, glibc 2.39 fstat64.c" },
	{ "getdents64", "getdents", MUSL "internal/syscall.h" },
	{ "getpid", "tkill", GLIBC "2.34 pthread_kill.c" },
	{ "getrandom", "*", GLIBC "2.34 malloc.c: tcache_key_initialize()" },
	{ "gettid", "*", MUSL "process/_Fork.c of 1.2.3: a child's own id; glibc 2.34 pthread_kill.c" },
	{ "ioctl", "*", MUSL "stdio/__stdout_write.c: is it a terminal? isatty(3)" },
	{ "link", "linkat", MUSL "unistd/link.c" },
	{ "linkat", "link", GLIBC "link.c of ABIs without the call" },
	{ "lseek", "*", "fflush(3): what was read ahead is given back" },
	{ "lstat", "newfstatat", MUSL "stat/fstatat.c" },
	{ "madvise", "*", "free(3), stacks of threads: " GLIBC "pthread_create.c advise_stack_range()" },
	{ "membarrier", "*", MUSL "linux/membarrier.c: before the first thread" },
	{ "mkdir", "mkdirat", MUSL "stat/mkdir.c" },
	{ "mkdirat", "mkdir", GLIBC "mkdir.c of ABIs without the call" },
	{ "mmap", "*", "malloc(3), ld.so(8)" },
	{ "mprotect", "*", "ld.so(8): read-only relocations" },
	{ "mremap", "*", "realloc(3)" },
	{ "munmap", "*", "malloc(3), ld.so(8)" },
	{ "nanosleep", "clock_nanosleep", MUSL "time/clock_nanosleep.c" },
	{ "newfstatat", "fstat", GLIBC "2.33 to 2.38 fstat64.c" },
	{ "newfstatat", "lstat", GLIBC "2.33 lstat64.c" },
	{ "newfstatat", "stat", GLIBC "2.33 stat64.c" },
	{ "open", "openat", MUSL "fcntl/open.c" },
	{ "openat", "open", GLIBC "2.26 open64.c" },
	{ "pipe", "pipe2", MUSL "unistd/pipe.c" },
	{ "pipe2", "clone", MUSL "process/posix_spawn.c: whether the program could be executed" },
	{ "pipe2", "clone3", MUSL "process/posix_spawn.c" },
	{ "pipe2", "pipe", GLIBC "2.35 pipe.c" },
	{ "pipe2", "vfork", MUSL "process/posix_spawn.c" },
	{ "poll", "ppoll", MUSL "select/poll.c" },
	{ "ppoll", "poll", GLIBC "poll.c of ABIs without the call" },
	{ "pread64", "*", GLIBC "dl-load.c: the headers of libraries" },
	{ "prlimit64", "*", GLIBC "2.34 pthread_early_init.h: the limit of stacks" },
	{ "pselect6", "select", GLIBC "2.33 select.c" },
	{ "read", "readv", GLIBC "fileops.c" },
	{ "readlink", "*", GLIBC "dl-origin.c _dl_get_origin(), of static programs" },
	{ "readlink", "readlinkat", MUSL "unistd/readlink.c" },
	{ "readlinkat", "readlink", GLIBC "readlink.c of ABIs without the call" },
	{ "readv", "read", MUSL "stdio/__stdio_read.c" },
	{ "recvfrom", "recvmsg", GLIBC "res_send.c" },
	{ "recvmsg", "*", CHECK_PF ", and the kernel answers; " MUSL "network/res_msend.c" },
	{ "rename", "renameat", MUSL "stdio/rename.c" },
	{ "rename", "renameat2", MUSL "stdio/rename.c" },
	{ "renameat", "rename", GLIBC "rename.c of ABIs without the call" },
	{ "renameat2", "rename", GLIBC "rename.c of ABIs without the calls before it" },
	{ "rmdir", "unlinkat", MUSL "unistd/rmdir.c" },
	{ "rseq", "*", GLIBC "2.35 dl-tls_init_tp.c" },
	{ "rt_sigaction", "*", GLIBC "to 2.33 nptl-init.c: cancellation and set*id() of threads" },
	{ "rt_sigprocmask", "*", MUSL "signal/block.c: around clone and exit" },
	{ "sched_getaffinity", "*", MUSL "conf/sysconf.c, glibc 2.34 getsysstats.c: how many processors" },
	{ "select", "pselect6", MUSL "select/select.c" },
	{ "sendmmsg", "sendto", GLIBC "res_send.c: both questions of getaddrinfo(3) at once" },
	{ "sendto", "sendmmsg", MUSL "network/res_msend.c" },
	{ "set_robust_list", "*", GLIBC "2.34 dl-tls_init_tp.c" },
	{ "set_tid_address", "*", MUSL "env/__init_tls.c, glibc 2.34 dl-tls_init_tp.c" },
	{ "setitimer", "alarm", MUSL "unistd/alarm.c" },
	{ "stat", "newfstatat", MUSL "stat/fstatat.c" },
	{ "symlink", "symlinkat", MUSL "unistd/symlink.c" },
	{ "symlinkat", "symlink", GLIBC "symlink.c of ABIs without the call" },
	{ "sysinfo", "*", GLIBC "msort.c: qsort(3) asks how much memory there is" },
	{ "tgkill", "tkill", GLIBC "2.34 pthread_kill.c" },
	{ "tkill", "tgkill", MUSL "signal/raise.c, thread/pthread_kill.c" },
	{ "unlink", "unlinkat", MUSL "unistd/unlink.c" },
	{ "unlinkat", "rmdir", GLIBC "rmdir.c of ABIs without the call" },
	{ "unlinkat", "unlink", GLIBC "unlink.c of ABIs without the call" },
	{ "vfork", "clone", MUSL "process/x86_64/vfork.s" },
	{ "vfork", "clone3", MUSL "process/x86_64/vfork.s" },
	{ "write", "writev", GLIBC "fileops.c" },
	{ "writev", "write", MUSL "stdio/__stdio_write.c" },
};

/* Sorted by path. Read, or mapped as code, and never changed. */
static const struct drift_file file_rows[] = {
	{ "/etc/gai.conf", GLIBC "getaddrinfo.c" },
	{ "/etc/host.conf", GLIBC "res_hconf.c" },
	{ "/etc/hosts", "hosts(5), " MUSL "network/lookup_name.c" },
	{ "/etc/ld-musl-aarch#.path", MUSL_LOADER },
	{ "/etc/ld-musl-x#_#.path", MUSL_LOADER },
	{ "/etc/ld.so.cache", "ld.so(8)" },
	{ "/etc/ld.so.preload", "ld.so(8)" },
	{ "/etc/localtime", "tzset(3)" },
	{ "/etc/nsswitch.conf", "nsswitch.conf(5)" },
	{ "/etc/resolv.conf", "resolv.conf(5)" },
	{ "/etc/services", "services(5), " MUSL "network/lookup_serv.c" },
	{ "/proc/stat", GLIBC "getsysstats.c get_nprocs()" },
	{ "/proc/sys/kernel/ngroups_max", GLIBC "sysconf.c: initgroups(3)" },
	{ "/proc/sys/vm/overcommit_memory", GLIBC "malloc-sysdep.h check_may_shrink_heap()" },
	{ "/sys/devices/system/cpu/online", GLIBC "getsysstats.c get_nprocs()" },
	{ "/sys/devices/system/cpu/possible", GLIBC "getsysstats.c get_nprocs_conf()" },
	{ "/usr/lib#/gconv/", "iconv(3)" },
	{ "/usr/lib/aarch#-linux-gnu/gconv/", "iconv(3)" },
	{ "/usr/lib/gconv/", "iconv(3)" },
	{ "/usr/lib/locale/", "setlocale(3)" },
	{ "/usr/lib/x#_#-linux-gnu/gconv/", "iconv(3)" },
	{ "/usr/share/locale/", "gettext(3)" },
	{ "/usr/share/zoneinfo/", "tzset(3)" },
	{ "ld-linux-aarch#.so.#", "ld.so(8)" },
	{ "ld-linux-x#-#.so.#", "ld.so(8)" },
	{ "ld-musl-aarch#.so.#", MUSL_LOADER },
	{ "ld-musl-x#_#.so.#", MUSL_LOADER },
	{ "libanl.so.#", GLIBC_PARTS },
	{ "libc.musl-aarch#.so.#", "Alpine's package musl" },
	{ "libc.musl-x#_#.so.#", "Alpine's package musl" },
	{ "libc.so", "Debian's package musl" },
	{ "libc.so.#", "libc(7)" },
	{ "libdl.so.#", GLIBC_PARTS },
	{ "libgcc_s.so.#", GLIBC "unwind-link.c: pthread_exit(3), backtrace(3)" },
	{ "libm.so.#", MUSL "math: a part of its libc" },
	{ "libmvec.so.#", GLIBC "2.22 NEWS: vectors of libm" },
	{ "libnss_compat.so.#", "nsswitch.conf(5)" },
	{ "libnss_dns.so.#", "nsswitch.conf(5)" },
	{ "libnss_files.so.#", "nsswitch.conf(5)" },
	{ "libpthread.so.#", GLIBC_PARTS },
	{ "libresolv.so.#", "resolver(3)" },
	{ "librt.so.#", GLIBC_PARTS },
	{ "libutil.so.#", GLIBC_PARTS },
};

#define NSCD GLIBC "nscd_helper.c, " MUSL "passwd/nscd_query.c: nscd(8) is asked first"
#define ADDRCONFIG MUSL "network/getaddrinfo.c: AI_ADDRCONFIG connects to port 65535, which sends nothing"

/* Sorted by subject. What is then asked of a peer has rules of its own. */
static const struct drift_socket socket_rows[] = {
	{ "a udp port of the kernel's choice", SOCKET_BIND, MUSL "network/res_msend.c: for a name server's answers" },
	{ "a udp port of the kernel's choice on loopback", SOCKET_CONNECT, ADDRCONFIG },
	{ "inet dgram", SOCKET_CREATE, ADDRCONFIG },
	{ "inet6 dgram", SOCKET_CREATE, ADDRCONFIG },
	{ "netlink raw", SOCKET_CREATE, CHECK_PF },
	{ "socket domain inet6", 0, ADDRCONFIG },
	{ "socket domain netlink", 0, CHECK_PF },
	{ "socket domain unix", 0, NSCD },
	{ "unix stream", SOCKET_CREATE, NSCD },
};

const struct drift_call *drift_call_at(size_t index)
{
	return index < ARRAY_SIZE(call_rows) ? &call_rows[index] : NULL;
}

const struct drift_file *drift_file_at(size_t index)
{
	return index < ARRAY_SIZE(file_rows) ? &file_rows[index] : NULL;
}

const struct drift_socket *drift_socket_at(size_t index)
{
	return index < ARRAY_SIZE(socket_rows) ? &socket_rows[index] : NULL;
}
