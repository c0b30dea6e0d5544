/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what the arguments of calls mean.
 *
 * Sources: the manual page of each call (man-pages 6.03), and where it is silent or
 * the call newer than it, the file of Linux 6.18 that defines it. Flags are those of the kernel's
 * interface and the same on every architecture of arch.c unless a row says otherwise in its `abis`.
 *
 * A look through a descriptor, as of fstat(2), is no row: nothing is reached by it, and whoever opened the file told of that.
 */
#include "snug/syscall_access.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "snug/memory.h"

#define _ NO_ARGUMENT
#define FROM(text) .source = text

/* Subjects with their arguments, in the order of enum subject's comments. */
#define PATH(path, folder)		SUBJECT_PATH, { path, folder, _, _ }
#define PATH_FLAGS(path, folder, flags)	SUBJECT_PATH, { path, folder, flags, _ }
#define MADE_BY_MODE(path, folder, mode) SUBJECT_PATH, { path, folder, _, mode }
#define DESCRIPTOR(fd)			SUBJECT_DESCRIPTOR, { fd, _, _, _ }
#define RECORD_LOCK(fd, lock)		SUBJECT_RECORD_LOCK, { fd, lock, _, _ }
#define MAPPING(start, length)		SUBJECT_MAPPING, { start, length, _, _ }
#define ADDRESS(fd, address, length)	SUBJECT_ADDRESS, { fd, address, length, _ }
#define SOCKET_USE(fd)			SUBJECT_SOCKET_USE, { fd, _, _, _ }
#define SIGNAL(process, number)		SUBJECT_SIGNAL, { process, number, _, _ }, 0
#define MOUNT(act, source, target, type, flags) \
	.word = act, .subject = SUBJECT_MOUNT, .arg = { source, target, type, flags }
#define TRACE(process, act)		.word = act, .subject = SUBJECT_TRACE, .arg = { process }
#define TRACE_PIDFD(fd, act)		.word = act, .subject = SUBJECT_TRACE_PIDFD, .arg = { fd }
#define NOTE(code)			.word = code, .subject = SUBJECT_NOTE
#define STALE(what)			SUBJECT_STALE, { _, _, _, _ }, what
#define MEANS(call, arguments)		.word = call, .subject = SUBJECT_MULTIPLEXED, .arg = { arguments }

/* How the last part of a path is taken. Without one of these a symlink is followed. */
#define STAYS		.follow = { true, 0, 0 }
#define AT_FLAGS	.follow = { false, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH }
#define AT_LINK_FLAGS	.follow = { true, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH }

#define WHEN(index, mask, value)	.when = { { index, mask, value } }
#define WHEN2(i, m, v, i2, m2, v2)	.when = { { i, m, v }, { i2, m2, v2 } }
#define EXECUTABLE(prot)		WHEN(prot, PROT_EXEC, PROT_EXEC)
#define EXECUTABLE_FILE(prot, flags)	WHEN2(prot, PROT_EXEC, PROT_EXEC, flags, MAP_ANONYMOUS, 0)
#define WRITABLE_EXECUTABLE(prot)	WHEN(prot, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC)
#define INT 0xffffffffu

/* fcntl(2) commands that set a lock: include/uapi/asm-generic/fcntl.h, because libc renames them. */
#define SETLK 6
#define SETLKW 7
#define SETLK64 13
#define SETLKW64 14
#define OFD_SETLK 37
#define OFD_SETLKW 38

/* ioctl(2) requests that change a file's attributes: include/uapi/linux/fs.h. */
#define FS_SETFLAGS 0x40086602
#define FS_SETFLAGS32 0x40046602
#define FS_FSSETXATTR 0x401c5820

/* Sorted by call (strcmp). */
static const struct syscall_access access_rows[] = {
	{ "accept", SOCKET_USE(0), SOCKET_ACCEPT, FROM("accept(2)") },
	{ "accept4", SOCKET_USE(0), SOCKET_ACCEPT, FROM("accept4(2)") },
	{ "access", PATH(0, _), ACCESS_LOOK, FROM("access(2)") },
	{ "acct", PATH(0, _), ACCESS_WRITE | ACCESS_APPEND, FROM("acct(2)") },
	{ "bind", ADDRESS(0, 1, 2), SOCKET_BIND, FROM("bind(2)") },
	{ "capset", STALE(STALE_CREDENTIALS), FROM("capset(2)") },
	{ "chdir", PATH(0, _), ACCESS_ENTER, FROM("chdir(2)") },
	{ "chdir", STALE(STALE_FOLDER), FROM("chdir(2)") },
	{ "chmod", PATH(0, _), ACCESS_CHANGE_MODE, FROM("chmod(2)") },
	{ "chmod", STALE(STALE_MODES), FROM("chmod(2)") },
	{ "chown", PATH(0, _), ACCESS_CHANGE_OWNER, FROM("chown(2)") },
	{ "chown", STALE(STALE_MODES), FROM("chown(2)") },
	{ "chown32", PATH(0, _), ACCESS_CHANGE_OWNER, FROM("chown(2)") },
	{ "chown32", STALE(STALE_MODES), FROM("chown(2)") },
	{ "chroot", PATH(0, _), ACCESS_ENTER, FROM("chroot(2)") },
	{ "chroot", STALE(STALE_FOLDER), FROM("chroot(2)") },
	{ "connect", ADDRESS(0, 1, 2), SOCKET_CONNECT, FROM("connect(2)") },
	{ "creat", SUBJECT_OPEN, { 0, _, _, 1 }, ACCESS_WRITE | ACCESS_CREATE, FROM("creat(2)") },
	{ "execve", SUBJECT_PROGRAM, { 0, _, _, _ }, ACCESS_READ | ACCESS_EXECUTE, FROM("execve(2)") },
	{ "execve", STALE(STALE_CREDENTIALS), FROM("execve(2)") },
	{ "execveat", SUBJECT_PROGRAM, { 1, 0, 4, _ }, ACCESS_READ | ACCESS_EXECUTE, FROM("execveat(2)"),
	  AT_FLAGS },
	{ "execveat", STALE(STALE_CREDENTIALS), FROM("execveat(2)") },
	{ "faccessat", PATH(1, 0), ACCESS_LOOK, FROM("faccessat(2): the call has no flags") },
	{ "faccessat2", PATH_FLAGS(1, 0, 3), ACCESS_LOOK, FROM("faccessat(2)"), AT_FLAGS },
	{ "fallocate", DESCRIPTOR(0), ACCESS_WRITE, FROM("fallocate(2)") },
	{ "fanotify_mark", PATH_FLAGS(4, 3, 1), ACCESS_WATCH, FROM("fanotify_mark(2)"),
	  .follow = { false, FAN_MARK_DONT_FOLLOW, EMPTY_ALWAYS }, .abis = "!x86 arm s390" },
	{ "fanotify_mark", PATH_FLAGS(5, 4, 1), ACCESS_WATCH,
	  FROM("fanotify_mark(2): the mask takes two registers"),
	  .follow = { false, FAN_MARK_DONT_FOLLOW, EMPTY_ALWAYS }, .abis = "x86 arm s390" },
	{ "fchdir", DESCRIPTOR(0), ACCESS_ENTER, FROM("fchdir(2)") },
	{ "fchdir", STALE(STALE_FOLDER), FROM("fchdir(2)") },
	{ "fchmod", DESCRIPTOR(0), ACCESS_CHANGE_MODE, FROM("fchmod(2)") },
	{ "fchmod", STALE(STALE_MODES), FROM("fchmod(2)") },
	{ "fchmodat", PATH(1, 0), ACCESS_CHANGE_MODE, FROM("fchmodat(2): the call has no flags") },
	{ "fchmodat", STALE(STALE_MODES), FROM("fchmodat(2)") },
	{ "fchmodat2", PATH_FLAGS(1, 0, 3), ACCESS_CHANGE_MODE, FROM("fs/open.c"), AT_FLAGS },
	{ "fchmodat2", STALE(STALE_MODES), FROM("fs/open.c") },
	{ "fchown", DESCRIPTOR(0), ACCESS_CHANGE_OWNER, FROM("fchown(2)") },
	{ "fchown", STALE(STALE_MODES), FROM("fchown(2)") },
	{ "fchown32", DESCRIPTOR(0), ACCESS_CHANGE_OWNER, FROM("fchown(2)") },
	{ "fchown32", STALE(STALE_MODES), FROM("fchown(2)") },
	{ "fchownat", PATH_FLAGS(1, 0, 4), ACCESS_CHANGE_OWNER, FROM("fchownat(2)"), AT_FLAGS },
	{ "fchownat", STALE(STALE_MODES), FROM("fchownat(2)") },
	{ "fcntl", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK) },
	{ "fcntl", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW) },
	{ "fcntl", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLK) },
	{ "fcntl", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLKW) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK64) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW64) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLK) },
	{ "fcntl64", RECORD_LOCK(0, 2), ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLKW) },
	{ "file_getattr", PATH_FLAGS(1, 0, 4), ACCESS_LOOK, FROM("fs/file_attr.c"), AT_FLAGS },
	{ "file_setattr", PATH_FLAGS(1, 0, 4), ACCESS_CHANGE_ATTRIBUTES, FROM("fs/file_attr.c"), AT_FLAGS },
	{ "flock", DESCRIPTOR(0), ACCESS_LOCK, FROM("flock(2)"), WHEN(1, LOCK_SH, LOCK_SH) },
	{ "flock", DESCRIPTOR(0), ACCESS_LOCK | ACCESS_LOCK_EXCLUSIVE, FROM("flock(2)"),
	  WHEN(1, LOCK_EX, LOCK_EX) },
	{ "fremovexattr", DESCRIPTOR(0), ACCESS_CHANGE_ATTRIBUTES, FROM("fremovexattr(2)") },
	{ "fsconfig", PATH(3, 4), ACCESS_LOOK, FROM("fs/fsopen.c"), WHEN(1, INT, FSCONFIG_SET_PATH) },
	{ "fsconfig", PATH(3, 4), ACCESS_LOOK, FROM("fs/fsopen.c"),
	  .follow = { false, 0, EMPTY_ALWAYS }, WHEN(1, INT, FSCONFIG_SET_PATH_EMPTY) },
	{ "fsconfig", MOUNT("fsconfig", _, _, _, 1), FROM("fs/fsopen.c") },
	{ "fsetxattr", DESCRIPTOR(0), ACCESS_CHANGE_ATTRIBUTES, FROM("fsetxattr(2)") },
	{ "fsmount", MOUNT("fsmount", _, _, _, 2), FROM("fs/namespace.c") },
	{ "fsopen", MOUNT("fsopen", _, _, 0, 1), FROM("fs/fsopen.c") },
	{ "fspick", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("fs/fsopen.c"),
	  .follow = { false, FSPICK_SYMLINK_NOFOLLOW, FSPICK_EMPTY_PATH } },
	{ "fstatat64", PATH_FLAGS(1, 0, 3), ACCESS_LOOK, FROM("fstatat(2)"), AT_FLAGS },
	{ "ftruncate", DESCRIPTOR(0), ACCESS_WRITE, FROM("ftruncate(2)") },
	{ "ftruncate64", DESCRIPTOR(0), ACCESS_WRITE, FROM("ftruncate(2)") },
	{ "futimesat", PATH(1, 0), ACCESS_CHANGE_ATTRIBUTES, FROM("futimesat(2)"),
	  .follow = { false, 0, EMPTY_ALWAYS } },
	{ "get_robust_list", TRACE(0, "read"), FROM("get_robust_list(2)") },
	{ "getdents", DESCRIPTOR(0), ACCESS_READ, FROM("getdents(2)") },
	{ "getdents64", DESCRIPTOR(0), ACCESS_READ, FROM("getdents64(2)") },
	{ "getxattr", PATH(0, _), ACCESS_LOOK, FROM("getxattr(2)") },
	{ "getxattrat", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("fs/xattr.c"), AT_FLAGS },
	{ "inotify_add_watch", PATH_FLAGS(1, _, 2), ACCESS_WATCH, FROM("inotify_add_watch(2)"),
	  .follow = { false, IN_DONT_FOLLOW, 0 } },
	{ "io_uring_setup", NOTE("io_uring"), FROM("io_uring_setup(2)") },
	{ "ioctl", DESCRIPTOR(0), ACCESS_CHANGE_ATTRIBUTES, FROM("ioctl_iflags(2)"),
	  WHEN(1, INT, FS_SETFLAGS) },
	{ "ioctl", DESCRIPTOR(0), ACCESS_CHANGE_ATTRIBUTES, FROM("ioctl_iflags(2)"),
	  WHEN(1, INT, FS_SETFLAGS32) },
	{ "ioctl", DESCRIPTOR(0), ACCESS_CHANGE_ATTRIBUTES, FROM("linux/fs.h: FS_IOC_FSSETXATTR"),
	  WHEN(1, INT, FS_FSSETXATTR) },
	{ "kcmp", TRACE(0, "read"), FROM("kcmp(2)") },
	{ "kcmp", TRACE(1, "read"), FROM("kcmp(2)") },
	{ "kill", SIGNAL(0, 1), FROM("kill(2)") },
	{ "lchown", PATH(0, _), ACCESS_CHANGE_OWNER, FROM("lchown(2)"), STAYS },
	{ "lchown", STALE(STALE_MODES), FROM("lchown(2)") },
	{ "lchown32", PATH(0, _), ACCESS_CHANGE_OWNER, FROM("lchown(2)"), STAYS },
	{ "lchown32", STALE(STALE_MODES), FROM("lchown(2)") },
	{ "lgetxattr", PATH(0, _), ACCESS_LOOK, FROM("lgetxattr(2)"), STAYS },
	{ "link", PATH(0, _), ACCESS_LINK_FROM, FROM("link(2)"), STAYS },
	{ "link", PATH(1, _), ACCESS_LINK_TO, FROM("link(2)"), STAYS },
	{ "linkat", PATH_FLAGS(1, 0, 4), ACCESS_LINK_FROM, FROM("linkat(2)"), AT_LINK_FLAGS },
	{ "linkat", PATH(3, 2), ACCESS_LINK_TO, FROM("linkat(2)"), STAYS },
	{ "listen", SOCKET_USE(0), SOCKET_LISTEN, FROM("listen(2)") },
	{ "listxattr", PATH(0, _), ACCESS_LOOK, FROM("listxattr(2)") },
	{ "listxattrat", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("fs/xattr.c"), AT_FLAGS },
	{ "llistxattr", PATH(0, _), ACCESS_LOOK, FROM("llistxattr(2)"), STAYS },
	{ "lremovexattr", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("lremovexattr(2)"), STAYS },
	{ "lsetxattr", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("lsetxattr(2)"), STAYS },
	{ "lstat", PATH(0, _), ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "lstat64", PATH(0, _), ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "mkdir", PATH(0, _), ACCESS_CREATE, FROM("mkdir(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "mkdirat", PATH(1, 0), ACCESS_CREATE, FROM("mkdirat(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "mknod", MADE_BY_MODE(0, _, 1), ACCESS_CREATE, FROM("mknod(2)"), STAYS },
	{ "mknodat", MADE_BY_MODE(1, 0, 2), ACCESS_CREATE, FROM("mknodat(2)"), STAYS },
	{ "mmap", DESCRIPTOR(4), ACCESS_MAP_EXECUTE, FROM("mmap(2)"),
	  EXECUTABLE_FILE(2, 3), .abis = "!x86 s390 s390x" },
	{ "mmap", NOTE("write-execute"), FROM("mmap(2)"),
	  WRITABLE_EXECUTABLE(2), .abis = "!x86 s390 s390x" },
	{ "mmap", MEANS("mmap2", 0), FROM("mmap(2): old_mmap() takes a struct in memory"),
	  .abis = "x86 s390 s390x" },
	{ "mmap2", DESCRIPTOR(4), ACCESS_MAP_EXECUTE, FROM("mmap2(2)"), EXECUTABLE_FILE(2, 3) },
	{ "mmap2", NOTE("write-execute"), FROM("mmap2(2)"), WRITABLE_EXECUTABLE(2) },
	{ "mount", MOUNT("mount", 0, 1, 2, 3), .access = MOUNT_SOURCE_IS_WORD, FROM("mount(2)") },
	{ "mount", PATH(1, _), ACCESS_LOOK, FROM("mount(2)") },
	{ "mount", PATH(0, _), ACCESS_LOOK, FROM("mount(2)"), WHEN(3, MS_BIND, MS_BIND) },
	{ "mount", PATH(0, _), ACCESS_LOOK, FROM("mount(2)"), WHEN(3, MS_MOVE, MS_MOVE) },
	{ "mount", STALE(STALE_FOLDER | STALE_NAMES), FROM("mount(2)") },
	{ "mount_setattr", MOUNT("change", _, 1, _, 2), .access = MOUNT_AT, FROM("mount_setattr(2)") },
	{ "mount_setattr", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("mount_setattr(2)"), AT_FLAGS },
	{ "move_mount", MOUNT("move", 1, 3, _, 4), .access = MOUNT_AT, FROM("fs/namespace.c") },
	{ "move_mount", PATH_FLAGS(1, 0, 4), ACCESS_LOOK, FROM("fs/namespace.c"),
	  .follow = { true, MOVE_MOUNT_F_SYMLINKS, MOVE_MOUNT_F_EMPTY_PATH } },
	{ "move_mount", PATH_FLAGS(3, 2, 4), ACCESS_LOOK, FROM("fs/namespace.c"),
	  .follow = { true, MOVE_MOUNT_T_SYMLINKS, MOVE_MOUNT_T_EMPTY_PATH } },
	{ "move_mount", STALE(STALE_FOLDER | STALE_NAMES), FROM("fs/namespace.c") },
	{ "mprotect", MAPPING(0, 1), ACCESS_MAP_EXECUTE, FROM("mprotect(2)"), EXECUTABLE(2) },
	{ "mprotect", NOTE("write-execute"), FROM("mprotect(2)"), WRITABLE_EXECUTABLE(2) },
	{ "name_to_handle_at", PATH_FLAGS(1, 0, 4), ACCESS_LOOK, FROM("name_to_handle_at(2)"),
	  AT_LINK_FLAGS },
	{ "newfstatat", PATH_FLAGS(1, 0, 3), ACCESS_LOOK, FROM("fstatat(2)"), AT_FLAGS },
	{ "oldlstat", PATH(0, _), ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "oldstat", PATH(0, _), ACCESS_LOOK, FROM("stat(2)") },
	{ "open", SUBJECT_OPEN, { 0, _, 1, 2 }, 0, FROM("open(2)") },
	{ "open_by_handle_at", SUBJECT_OPEN_HANDLE, { 2, _, _, _ }, 0, FROM("open_by_handle_at(2)") },
	{ "open_tree", MOUNT("open_tree", 1, _, _, 2), .access = MOUNT_AT, FROM("fs/namespace.c"),
	  WHEN(2, 1 /* OPEN_TREE_CLONE */, 1) },
	{ "open_tree", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("fs/namespace.c"), AT_FLAGS },
	{ "open_tree_attr", MOUNT("open_tree", 1, _, _, 2), .access = MOUNT_AT, FROM("fs/namespace.c"),
	  WHEN(2, 1 /* OPEN_TREE_CLONE */, 1) },
	{ "open_tree_attr", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("fs/namespace.c"), AT_FLAGS },
	{ "openat", SUBJECT_OPEN, { 1, 0, 2, 3 }, 0, FROM("openat(2)") },
	{ "openat2", SUBJECT_OPEN_HOW, { 1, 0, 2, _ }, 0, FROM("openat2(2)") },
	{ "perf_event_open", TRACE(1, "read"), FROM("perf_event_open(2)") },
	{ "pidfd_getfd", TRACE_PIDFD(0, "trace"), FROM("pidfd_getfd(2)") },
	{ "pidfd_send_signal", SUBJECT_SIGNAL_PIDFD, { 0, 1, _, _ }, 0, FROM("pidfd_send_signal(2)") },
	{ "pivot_root", MOUNT("pivot_root", 0, 1, _, _), FROM("pivot_root(2)") },
	{ "pivot_root", PATH(0, _), ACCESS_ENTER, FROM("pivot_root(2)") },
	{ "pivot_root", PATH(1, _), ACCESS_ENTER, FROM("pivot_root(2)") },
	{ "pivot_root", STALE(STALE_FOLDER | STALE_NAMES), FROM("pivot_root(2)") },
	{ "pkey_mprotect", MAPPING(0, 1), ACCESS_MAP_EXECUTE, FROM("pkey_mprotect(2)"), EXECUTABLE(2) },
	{ "pkey_mprotect", NOTE("write-execute"), FROM("pkey_mprotect(2)"), WRITABLE_EXECUTABLE(2) },
	{ "prctl", NOTE("own-filter"), FROM("prctl(2): PR_SET_SECCOMP, SECCOMP_MODE_FILTER"),
	  WHEN2(0, INT, 22, 1, INT, 2) },
	{ "prctl", NOTE("own-filter"), FROM("prctl(2): PR_SET_SECCOMP, SECCOMP_MODE_STRICT"),
	  WHEN2(0, INT, 22, 1, INT, 1) },
	{ "prctl", STALE(STALE_CREDENTIALS), FROM("prctl(2): PR_CAPBSET_DROP"), WHEN(0, INT, 24) },
	{ "prctl", STALE(STALE_CREDENTIALS), FROM("prctl(2): PR_SET_SECUREBITS"), WHEN(0, INT, 28) },
	{ "prctl", STALE(STALE_CREDENTIALS), FROM("prctl(2): PR_SET_NO_NEW_PRIVS"), WHEN(0, INT, 38) },
	{ "prctl", STALE(STALE_CREDENTIALS), FROM("prctl(2): PR_CAP_AMBIENT"), WHEN(0, INT, 47) },
	{ "process_madvise", TRACE_PIDFD(0, "read"), FROM("process_madvise(2)") },
	{ "process_vm_readv", TRACE(0, "read"), FROM("process_vm_readv(2)") },
	{ "process_vm_writev", TRACE(0, "write"), FROM("process_vm_writev(2)") },
	{ "ptrace", TRACE(_, "trace"), FROM("ptrace(2): PTRACE_TRACEME"), WHEN(0, INT, 0) },
	{ "ptrace", TRACE(1, "trace"), FROM("ptrace(2): PTRACE_ATTACH"), WHEN(0, INT, 16) },
	{ "ptrace", TRACE(1, "trace"), FROM("ptrace(2): PTRACE_SEIZE"), WHEN(0, INT, 0x4206) },
	{ "ptrace", NOTE("ptrace"), FROM("ptrace(2)") },
	{ "quotactl", PATH(1, _), ACCESS_LOOK, FROM("quotactl(2)") },
	{ "readdir", DESCRIPTOR(0), ACCESS_READ, FROM("readdir(2)") },
	{ "readlink", PATH(0, _), ACCESS_LOOK, FROM("readlink(2)"), STAYS },
	{ "readlinkat", PATH(1, 0), ACCESS_LOOK, FROM("readlinkat(2)"),
	  .follow = { true, 0, EMPTY_ALWAYS } },
	{ "removexattr", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("removexattr(2)") },
	{ "removexattrat", PATH_FLAGS(1, 0, 2), ACCESS_CHANGE_ATTRIBUTES, FROM("fs/xattr.c"), AT_FLAGS },
	{ "rename", PATH(0, _), ACCESS_RENAME_FROM, FROM("rename(2)"), STAYS },
	{ "rename", PATH(1, _), ACCESS_RENAME_TO, FROM("rename(2)"), STAYS },
	{ "rename", STALE(STALE_NAMES_OF_MANY), FROM("rename(2)") },
	{ "renameat", PATH(1, 0), ACCESS_RENAME_FROM, FROM("renameat(2)"), STAYS },
	{ "renameat", PATH(3, 2), ACCESS_RENAME_TO, FROM("renameat(2)"), STAYS },
	{ "renameat", STALE(STALE_NAMES_OF_MANY), FROM("rename(2)") },
	{ "renameat2", PATH(1, 0), ACCESS_RENAME_FROM, FROM("renameat2(2)"),
	  STAYS, WHEN(4, RENAME_EXCHANGE, 0) },
	{ "renameat2", PATH(3, 2), ACCESS_RENAME_TO, FROM("renameat2(2)"),
	  STAYS, WHEN(4, RENAME_EXCHANGE, 0) },
	{ "renameat2", PATH(1, 0), ACCESS_RENAME_FROM | ACCESS_RENAME_TO, FROM("renameat2(2)"),
	  STAYS, WHEN(4, RENAME_EXCHANGE, RENAME_EXCHANGE) },
	{ "renameat2", PATH(3, 2), ACCESS_RENAME_FROM | ACCESS_RENAME_TO, FROM("renameat2(2)"),
	  STAYS, WHEN(4, RENAME_EXCHANGE, RENAME_EXCHANGE) },
	{ "renameat2", STALE(STALE_NAMES_OF_MANY), FROM("renameat2(2)") },
	{ "rmdir", PATH(0, _), ACCESS_DELETE, FROM("rmdir(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "rt_sigqueueinfo", SIGNAL(0, 1), FROM("rt_sigqueueinfo(2)") },
	{ "rt_tgsigqueueinfo", SIGNAL(0, 2), FROM("rt_sigqueueinfo(2)") },
	{ "seccomp", NOTE("own-filter"), FROM("seccomp(2): SECCOMP_SET_MODE_FILTER"), WHEN(0, INT, 1) },
	{ "seccomp", NOTE("own-filter"), FROM("seccomp(2): SECCOMP_SET_MODE_STRICT"), WHEN(0, INT, 0) },
	{ "sendmmsg", SUBJECT_MESSAGES, { 0, 1, 2, _ }, SOCKET_CONNECT, FROM("sendmmsg(2)") },
	{ "sendmsg", SUBJECT_MESSAGE, { 0, 1, _, _ }, SOCKET_CONNECT, FROM("sendmsg(2)") },
	{ "sendto", ADDRESS(0, 4, 5), SOCKET_CONNECT, FROM("sendto(2)") },
	{ "setfsgid", STALE(STALE_CREDENTIALS), FROM("setfsgid(2)") },
	{ "setfsgid32", STALE(STALE_CREDENTIALS), FROM("setfsgid(2)") },
	{ "setfsuid", STALE(STALE_CREDENTIALS), FROM("setfsuid(2)") },
	{ "setfsuid32", STALE(STALE_CREDENTIALS), FROM("setfsuid(2)") },
	{ "setgid", STALE(STALE_CREDENTIALS), FROM("setgid(2)") },
	{ "setgid32", STALE(STALE_CREDENTIALS), FROM("setgid(2)") },
	{ "setgroups", STALE(STALE_CREDENTIALS), FROM("setgroups(2)") },
	{ "setgroups32", STALE(STALE_CREDENTIALS), FROM("setgroups(2)") },
	{ "setns", STALE(STALE_FOLDER | STALE_NAMES | STALE_CREDENTIALS), FROM("setns(2)") },
	{ "setregid", STALE(STALE_CREDENTIALS), FROM("setregid(2)") },
	{ "setregid32", STALE(STALE_CREDENTIALS), FROM("setregid(2)") },
	{ "setresgid", STALE(STALE_CREDENTIALS), FROM("setresgid(2)") },
	{ "setresgid32", STALE(STALE_CREDENTIALS), FROM("setresgid(2)") },
	{ "setresuid", STALE(STALE_CREDENTIALS), FROM("setresuid(2)") },
	{ "setresuid32", STALE(STALE_CREDENTIALS), FROM("setresuid(2)") },
	{ "setreuid", STALE(STALE_CREDENTIALS), FROM("setreuid(2)") },
	{ "setreuid32", STALE(STALE_CREDENTIALS), FROM("setreuid(2)") },
	{ "setuid", STALE(STALE_CREDENTIALS), FROM("setuid(2)") },
	{ "setuid32", STALE(STALE_CREDENTIALS), FROM("setuid(2)") },
	{ "setxattr", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("setxattr(2)") },
	{ "setxattrat", PATH_FLAGS(1, 0, 2), ACCESS_CHANGE_ATTRIBUTES, FROM("fs/xattr.c"), AT_FLAGS },
	{ "socket", SUBJECT_SOCKET, { 0, 1, 2, _ }, SOCKET_CREATE, FROM("socket(2)") },
	{ "socketcall", MEANS("socket", 1), FROM("socketcall(2)"), WHEN(0, INT, 1) },
	{ "socketcall", MEANS("bind", 1), FROM("socketcall(2)"), WHEN(0, INT, 2) },
	{ "socketcall", MEANS("connect", 1), FROM("socketcall(2)"), WHEN(0, INT, 3) },
	{ "socketcall", MEANS("listen", 1), FROM("socketcall(2)"), WHEN(0, INT, 4) },
	{ "socketcall", MEANS("accept", 1), FROM("socketcall(2)"), WHEN(0, INT, 5) },
	{ "socketcall", MEANS("socketpair", 1), FROM("socketcall(2)"), WHEN(0, INT, 8) },
	{ "socketcall", MEANS("sendto", 1), FROM("socketcall(2)"), WHEN(0, INT, 11) },
	{ "socketcall", MEANS("setsockopt", 1), FROM("socketcall(2)"), WHEN(0, INT, 14) },
	{ "socketcall", MEANS("sendmsg", 1), FROM("socketcall(2)"), WHEN(0, INT, 16) },
	{ "socketcall", MEANS("accept4", 1), FROM("socketcall(2)"), WHEN(0, INT, 18) },
	{ "socketcall", MEANS("sendmmsg", 1), FROM("socketcall(2)"), WHEN(0, INT, 20) },
	{ "socketpair", SUBJECT_SOCKET, { 0, 1, 2, 3 }, SOCKET_CREATE, FROM("socketpair(2)") },
	{ "stat", PATH(0, _), ACCESS_LOOK, FROM("stat(2)") },
	{ "stat64", PATH(0, _), ACCESS_LOOK, FROM("stat(2)") },
	{ "statfs", PATH(0, _), ACCESS_LOOK, FROM("statfs(2)") },
	{ "statfs64", PATH(0, _), ACCESS_LOOK, FROM("statfs(2)") },
	{ "statx", PATH_FLAGS(1, 0, 2), ACCESS_LOOK, FROM("statx(2)"), AT_FLAGS },
	{ "swapoff", PATH(0, _), ACCESS_READ | ACCESS_WRITE, FROM("swapoff(2)") },
	{ "swapon", PATH(0, _), ACCESS_READ | ACCESS_WRITE, FROM("swapon(2)") },
	{ "symlink", PATH(1, _), ACCESS_CREATE, FROM("symlink(2)"), STAYS, .kind = FILE_KIND_SYMLINK },
	{ "symlink", STALE(STALE_NAMES), FROM("symlink(2)") },
	{ "symlinkat", PATH(2, 1), ACCESS_CREATE, FROM("symlinkat(2)"), STAYS, .kind = FILE_KIND_SYMLINK },
	{ "symlinkat", STALE(STALE_NAMES), FROM("symlinkat(2)") },
	{ "tgkill", SIGNAL(0, 2), FROM("tgkill(2)") },
	{ "tkill", SUBJECT_SIGNAL_THREAD, { 0, 1, _, _ }, 0, FROM("tkill(2)") },
	{ "truncate", PATH(0, _), ACCESS_WRITE, FROM("truncate(2)") },
	{ "truncate64", PATH(0, _), ACCESS_WRITE, FROM("truncate(2)") },
	{ "umount", MOUNT("umount", _, 0, _, _), FROM("umount(2)") },
	{ "umount", PATH(0, _), ACCESS_LOOK, FROM("umount(2)") },
	{ "umount", STALE(STALE_FOLDER | STALE_NAMES), FROM("umount(2)") },
	{ "umount2", MOUNT("umount", _, 0, _, 1), FROM("umount2(2)") },
	{ "umount2", PATH_FLAGS(0, _, 1), ACCESS_LOOK, FROM("umount2(2)"),
	  .follow = { false, UMOUNT_NOFOLLOW, 0 } },
	{ "umount2", STALE(STALE_FOLDER | STALE_NAMES), FROM("umount2(2)") },
	{ "unlink", PATH(0, _), ACCESS_DELETE, FROM("unlink(2)"), STAYS },
	{ "unlink", STALE(STALE_NAMES_OF_MANY), FROM("unlink(2)") },
	{ "unlinkat", PATH(1, 0), ACCESS_DELETE, FROM("unlinkat(2)"), STAYS },
	{ "unlinkat", STALE(STALE_NAMES_OF_MANY), FROM("unlinkat(2)"), WHEN(2, AT_REMOVEDIR, 0) },
	{ "unshare", STALE(STALE_FOLDER | STALE_NAMES | STALE_CREDENTIALS), FROM("unshare(2)") },
	{ "uselib", PATH(0, _), ACCESS_READ | ACCESS_MAP_EXECUTE, FROM("uselib(2)") },
	{ "utime", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("utime(2)") },
	{ "utimensat", PATH_FLAGS(1, 0, 3), ACCESS_CHANGE_ATTRIBUTES,
	  FROM("utimensat(2): NULL is the descriptor"),
	  .follow = { false, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH | EMPTY_ALWAYS } },
	{ "utimensat_time64", PATH_FLAGS(1, 0, 3), ACCESS_CHANGE_ATTRIBUTES, FROM("utimensat(2)"),
	  .follow = { false, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH | EMPTY_ALWAYS } },
	{ "utimes", PATH(0, _), ACCESS_CHANGE_ATTRIBUTES, FROM("utimes(2)") },
};

const struct syscall_access *syscall_access_at(size_t index)
{
	return index < ARRAY_SIZE(access_rows) ? &access_rows[index] : NULL;
}

static int compare_syscall(const void *name, const void *row)
{
	return strcmp(name, ((const struct syscall_access *)row)->syscall);
}

const struct syscall_access *syscall_access_find(const char *syscall, size_t *ret_count)
{
	const struct syscall_access *end = access_rows + ARRAY_SIZE(access_rows), *last;
	const struct syscall_access *first = bsearch(syscall, access_rows, ARRAY_SIZE(access_rows),
						     sizeof(access_rows[0]), compare_syscall);

	*ret_count = 0;
	if (!first)
		return NULL;
	for (last = first; last < end && strcmp(last->syscall, syscall) == 0; )
		last++;
	while (first > access_rows && strcmp(first[-1].syscall, syscall) == 0)
		first--;
	*ret_count = (size_t)(last - first);
	return first;
}

bool syscall_access_holds(const struct syscall_access *row, const uint64_t args[6])
{
	for (size_t i = 0; i < ARRAY_SIZE(row->when); i++)
		if ((args[row->when[i].index] & row->when[i].mask) != row->when[i].value)
			return false;
	return true;
}

/* include/uapi/asm-generic/fcntl.h, and the fcntl.h of arch/{arm,arm64,powerpc} for what they change. */
struct open_flag {
	const char *family;		/* of ABIs; NULL = those without a row of their own */
	uint32_t directory, nofollow;
};

static const struct open_flag open_flags[] = {
	{ "arm", 040000, 0100000 },
	{ "ppc", 040000, 0100000 },
	{ NULL, 0200000, 0400000 },
};

/* The same on all of them. */
#define OPEN_CREAT 0100u
#define OPEN_EXCL 0200u
#define OPEN_TRUNC 01000u
#define OPEN_APPEND 02000u
#define OPEN_PATH 010000000u
#define OPEN_TMPFILE 020000000u	/* __O_TMPFILE: means nothing without O_DIRECTORY */

static uint32_t read_write_access(uint64_t flags)
{
	/* 3 asks for both and gives neither: open(2), "File access mode". */
	static const uint32_t modes[] = {
		ACCESS_READ, ACCESS_WRITE, ACCESS_READ | ACCESS_WRITE, ACCESS_READ | ACCESS_WRITE
	};
	uint32_t access = modes[flags & O_ACCMODE];

	if ((access & ACCESS_WRITE) && (flags & OPEN_APPEND))
		access = (access & ~(uint32_t)ACCESS_WRITE) | ACCESS_APPEND;
	if (flags & OPEN_TRUNC)
		access |= ACCESS_WRITE;
	return access;
}

struct open_meaning open_meaning(const struct arch *abi, uint64_t flags)
{
	const struct open_flag *row = open_flags;
	struct open_meaning meaning = { 0 };

	while (row->family && strcmp(row->family, abi->family) != 0)
		row++;
	meaning.last_stays = flags & row->nofollow;
	if (flags & OPEN_PATH) {
		meaning.access = ACCESS_LOOK;
		return meaning;
	}
	meaning.access = read_write_access(flags);
	meaning.unnamed = (flags & OPEN_TMPFILE) && (flags & row->directory);
	if ((flags & OPEN_CREAT) || meaning.unnamed)
		meaning.access |= ACCESS_CREATE;
	if ((flags & OPEN_CREAT) && (flags & OPEN_EXCL))
		meaning.last_stays = true;
	return meaning;
}
