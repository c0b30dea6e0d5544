/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what the arguments of calls mean.
 *
 * Sources: the manual page of each call (man-pages 6.03), and where it is silent or
 * the call newer than it, the file of Linux 6.18 that defines it. Flags are those of the kernel's
 * interface and the same on every architecture of arch.c unless a row says otherwise in its `abis`.
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

/* fcntl(2) commands that set a lock; numbers of include/uapi/asm-generic/fcntl.h, because libc renames them. */
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
	{ "accept", SUBJECT_SOCKET_USE, { 0, _, _, _ }, SOCKET_ACCEPT, FROM("accept(2)") },
	{ "accept4", SUBJECT_SOCKET_USE, { 0, _, _, _ }, SOCKET_ACCEPT, FROM("accept4(2)") },
	{ "access", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("access(2)") },
	{ "acct", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_WRITE | ACCESS_APPEND, FROM("acct(2)") },
	{ "bind", SUBJECT_ADDRESS, { 0, 1, 2, _ }, SOCKET_BIND, FROM("bind(2)") },
	{ "capset", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("capset(2)") },
	{ "chdir", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_ENTER, FROM("chdir(2)") },
	{ "chdir", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER, FROM("chdir(2)") },
	{ "chmod", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_MODE, FROM("chmod(2)") },
	{ "chown", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("chown(2)") },
	{ "chown32", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("chown(2)") },
	{ "chroot", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_ENTER, FROM("chroot(2)") },
	{ "chroot", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER, FROM("chroot(2)") },
	{ "connect", SUBJECT_ADDRESS, { 0, 1, 2, _ }, SOCKET_CONNECT, FROM("connect(2)") },
	{ "creat", SUBJECT_OPEN, { 0, _, _, 1 }, ACCESS_WRITE | ACCESS_CREATE, FROM("creat(2)") },
	{ "execve", SUBJECT_PROGRAM, { 0, _, _, _ }, ACCESS_READ | ACCESS_EXECUTE, FROM("execve(2)") },
	{ "execve", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_CREDENTIALS, FROM("execve(2)") },
	{ "execveat", SUBJECT_PROGRAM, { 1, 0, 4, _ }, ACCESS_READ | ACCESS_EXECUTE, FROM("execveat(2)"), AT_FLAGS },
	{ "execveat", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_CREDENTIALS, FROM("execveat(2)") },
	{ "faccessat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_LOOK, FROM("faccessat(2): the call has no flags") },
	{ "faccessat2", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_LOOK, FROM("faccessat(2)"), AT_FLAGS },
	{ "fallocate", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_WRITE, FROM("fallocate(2)") },
	{ "fanotify_mark", SUBJECT_PATH, { 4, 3, 1, _ }, ACCESS_WATCH, FROM("fanotify_mark(2)"),
	  .follow = { false, FAN_MARK_DONT_FOLLOW, EMPTY_ALWAYS }, .abis = "!x86 arm s390" },
	{ "fanotify_mark", SUBJECT_PATH, { 5, 4, 1, _ }, ACCESS_WATCH, FROM("fanotify_mark(2): the mask takes two registers"),
	  .follow = { false, FAN_MARK_DONT_FOLLOW, EMPTY_ALWAYS }, .abis = "x86 arm s390" },
	{ "fchdir", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_ENTER, FROM("fchdir(2)") },
	{ "fchdir", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER, FROM("fchdir(2)") },
	{ "fchmod", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_MODE, FROM("fchmod(2)") },
	{ "fchmodat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_CHANGE_MODE, FROM("fchmodat(2): the call has no flags") },
	{ "fchmodat2", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_CHANGE_MODE, FROM("fs/open.c"), AT_FLAGS },
	{ "fchown", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("fchown(2)") },
	{ "fchown32", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("fchown(2)") },
	{ "fchownat", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_CHANGE_OWNER, FROM("fchownat(2)"), AT_FLAGS },
	{ "fcntl", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK) },
	{ "fcntl", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW) },
	{ "fcntl", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLK) },
	{ "fcntl", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLKW) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLK64) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, SETLKW64) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLK) },
	{ "fcntl64", SUBJECT_RECORD_LOCK, { 0, 2, _, _ }, ACCESS_LOCK, FROM("fcntl(2)"), WHEN(1, INT, OFD_SETLKW) },
	{ "fgetxattr", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fgetxattr(2)") },
	{ "file_getattr", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_LOOK, FROM("fs/file_attr.c"), AT_FLAGS },
	{ "file_setattr", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("fs/file_attr.c"), AT_FLAGS },
	{ "flistxattr", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("flistxattr(2)") },
	{ "flock", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOCK, FROM("flock(2)"), WHEN(1, LOCK_SH, LOCK_SH) },
	{ "flock", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOCK | ACCESS_LOCK_EXCLUSIVE, FROM("flock(2)"),
	  WHEN(1, LOCK_EX, LOCK_EX) },
	{ "fremovexattr", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("fremovexattr(2)") },
	{ "fsconfig", SUBJECT_PATH, { 3, 4, _, _ }, ACCESS_LOOK, FROM("fs/fsopen.c"), WHEN(1, INT, FSCONFIG_SET_PATH) },
	{ "fsconfig", SUBJECT_PATH, { 3, 4, _, _ }, ACCESS_LOOK, FROM("fs/fsopen.c"),
	  .follow = { false, 0, EMPTY_ALWAYS }, WHEN(1, INT, FSCONFIG_SET_PATH_EMPTY) },
	{ "fsconfig", SUBJECT_MOUNT, { _, _, _, 1 }, 0, FROM("fs/fsopen.c"), .word = "fsconfig" },
	{ "fsetxattr", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("fsetxattr(2)") },
	{ "fsmount", SUBJECT_MOUNT, { _, _, _, 2 }, 0, FROM("fs/namespace.c"), .word = "fsmount" },
	{ "fsopen", SUBJECT_MOUNT, { _, _, 0, 1 }, 0, FROM("fs/fsopen.c"), .word = "fsopen" },
	{ "fspick", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("fs/fsopen.c"),
	  .follow = { false, FSPICK_SYMLINK_NOFOLLOW, FSPICK_EMPTY_PATH } },
	{ "fstat", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fstat(2)") },
	{ "fstat64", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fstat(2)") },
	{ "fstatat64", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_LOOK, FROM("fstatat(2)"), AT_FLAGS },
	{ "fstatfs", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fstatfs(2)") },
	{ "fstatfs64", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fstatfs(2)") },
	{ "ftruncate", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_WRITE, FROM("ftruncate(2)") },
	{ "ftruncate64", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_WRITE, FROM("ftruncate(2)") },
	{ "futimesat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("futimesat(2)"),
	  .follow = { false, 0, EMPTY_ALWAYS } },
	{ "get_robust_list", SUBJECT_TRACE, { 0, _, _, _ }, 0, FROM("get_robust_list(2)"), .word = "read" },
	{ "getdents", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_READ, FROM("getdents(2)") },
	{ "getdents64", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_READ, FROM("getdents64(2)") },
	{ "getxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("getxattr(2)") },
	{ "getxattrat", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("fs/xattr.c"), AT_FLAGS },
	{ "inotify_add_watch", SUBJECT_PATH, { 1, _, 2, _ }, ACCESS_WATCH, FROM("inotify_add_watch(2)"),
	  .follow = { false, IN_DONT_FOLLOW, 0 } },
	{ "io_uring_setup", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("io_uring_setup(2)"), .word = "io_uring" },
	{ "ioctl", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("ioctl_iflags(2)"),
	  WHEN(1, INT, FS_SETFLAGS) },
	{ "ioctl", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("ioctl_iflags(2)"),
	  WHEN(1, INT, FS_SETFLAGS32) },
	{ "ioctl", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("linux/fs.h: FS_IOC_FSSETXATTR"),
	  WHEN(1, INT, FS_FSSETXATTR) },
	{ "kcmp", SUBJECT_TRACE, { 0, _, _, _ }, 0, FROM("kcmp(2)"), .word = "read" },
	{ "kcmp", SUBJECT_TRACE, { 1, _, _, _ }, 0, FROM("kcmp(2)"), .word = "read" },
	{ "kill", SUBJECT_SIGNAL, { 0, 1, _, _ }, 0, FROM("kill(2)") },
	{ "lchown", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("lchown(2)"), STAYS },
	{ "lchown32", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_OWNER, FROM("lchown(2)"), STAYS },
	{ "lgetxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("lgetxattr(2)"), STAYS },
	{ "link", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LINK_FROM, FROM("link(2)"), STAYS },
	{ "link", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_LINK_TO, FROM("link(2)"), STAYS },
	{ "linkat", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_LINK_FROM, FROM("linkat(2)"), AT_LINK_FLAGS },
	{ "linkat", SUBJECT_PATH, { 3, 2, _, _ }, ACCESS_LINK_TO, FROM("linkat(2)"), STAYS },
	{ "listen", SUBJECT_SOCKET_USE, { 0, _, _, _ }, SOCKET_LISTEN, FROM("listen(2)") },
	{ "listxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("listxattr(2)") },
	{ "listxattrat", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("fs/xattr.c"), AT_FLAGS },
	{ "llistxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("llistxattr(2)"), STAYS },
	{ "lremovexattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("lremovexattr(2)"), STAYS },
	{ "lsetxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("lsetxattr(2)"), STAYS },
	{ "lstat", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "lstat64", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "mkdir", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CREATE, FROM("mkdir(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "mkdirat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_CREATE, FROM("mkdirat(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "mknod", SUBJECT_PATH, { 0, _, _, 1 }, ACCESS_CREATE, FROM("mknod(2)"), STAYS },
	{ "mknodat", SUBJECT_PATH, { 1, 0, _, 2 }, ACCESS_CREATE, FROM("mknodat(2)"), STAYS },
	{ "mmap", SUBJECT_DESCRIPTOR, { 4, _, _, _ }, ACCESS_MAP_EXECUTE, FROM("mmap(2)"), EXECUTABLE_FILE(2, 3),
	  .abis = "!x86 s390 s390x" },
	{ "mmap", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("mmap(2)"), WRITABLE_EXECUTABLE(2), .word = "write-execute",
	  .abis = "!x86 s390 s390x" },
	{ "mmap", SUBJECT_MULTIPLEXED, { 0, _, _, _ }, 0, FROM("mmap(2): old_mmap() takes a struct in memory"),
	  .word = "mmap2", .abis = "x86 s390 s390x" },
	{ "mmap2", SUBJECT_DESCRIPTOR, { 4, _, _, _ }, ACCESS_MAP_EXECUTE, FROM("mmap2(2)"), EXECUTABLE_FILE(2, 3) },
	{ "mmap2", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("mmap2(2)"), WRITABLE_EXECUTABLE(2), .word = "write-execute" },
	{ "mount", SUBJECT_MOUNT, { 0, 1, 2, 3 }, MOUNT_SOURCE_IS_WORD, FROM("mount(2)"), .word = "mount" },
	{ "mount", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_LOOK, FROM("mount(2)") },
	{ "mount", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("mount(2)"), WHEN(3, MS_BIND, MS_BIND) },
	{ "mount", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("mount(2)"), WHEN(3, MS_MOVE, MS_MOVE) },
	{ "mount", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES, FROM("mount(2)") },
	{ "mount_setattr", SUBJECT_MOUNT, { _, 1, _, 2 }, MOUNT_AT, FROM("mount_setattr(2)"), .word = "change" },
	{ "mount_setattr", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("mount_setattr(2)"), AT_FLAGS },
	{ "move_mount", SUBJECT_MOUNT, { 1, 3, _, 4 }, MOUNT_AT, FROM("fs/namespace.c"), .word = "move" },
	{ "move_mount", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_LOOK, FROM("fs/namespace.c"),
	  .follow = { true, MOVE_MOUNT_F_SYMLINKS, MOVE_MOUNT_F_EMPTY_PATH } },
	{ "move_mount", SUBJECT_PATH, { 3, 2, 4, _ }, ACCESS_LOOK, FROM("fs/namespace.c"),
	  .follow = { true, MOVE_MOUNT_T_SYMLINKS, MOVE_MOUNT_T_EMPTY_PATH } },
	{ "move_mount", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES, FROM("fs/namespace.c") },
	{ "mprotect", SUBJECT_MAPPING, { 0, 1, _, _ }, ACCESS_MAP_EXECUTE, FROM("mprotect(2)"), EXECUTABLE(2) },
	{ "mprotect", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("mprotect(2)"), WRITABLE_EXECUTABLE(2), .word = "write-execute" },
	{ "name_to_handle_at", SUBJECT_PATH, { 1, 0, 4, _ }, ACCESS_LOOK, FROM("name_to_handle_at(2)"), AT_LINK_FLAGS },
	{ "newfstatat", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_LOOK, FROM("fstatat(2)"), AT_FLAGS },
	{ "oldfstat", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fstat(2)") },
	{ "oldlstat", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("lstat(2)"), STAYS },
	{ "oldstat", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("stat(2)") },
	{ "open", SUBJECT_OPEN, { 0, _, 1, 2 }, 0, FROM("open(2)") },
	{ "open_by_handle_at", SUBJECT_OPEN_HANDLE, { 2, _, _, _ }, 0, FROM("open_by_handle_at(2)") },
	{ "open_tree", SUBJECT_MOUNT, { 1, _, _, 2 }, MOUNT_AT, FROM("fs/namespace.c"), .word = "open_tree",
	  WHEN(2, 1 /* OPEN_TREE_CLONE */, 1) },
	{ "open_tree", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("fs/namespace.c"), AT_FLAGS },
	{ "open_tree_attr", SUBJECT_MOUNT, { 1, _, _, 2 }, MOUNT_AT, FROM("fs/namespace.c"), .word = "open_tree",
	  WHEN(2, 1 /* OPEN_TREE_CLONE */, 1) },
	{ "open_tree_attr", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("fs/namespace.c"), AT_FLAGS },
	{ "openat", SUBJECT_OPEN, { 1, 0, 2, 3 }, 0, FROM("openat(2)") },
	{ "openat2", SUBJECT_OPEN_HOW, { 1, 0, 2, _ }, 0, FROM("openat2(2)") },
	{ "perf_event_open", SUBJECT_TRACE, { 1, _, _, _ }, 0, FROM("perf_event_open(2)"), .word = "read" },
	{ "pidfd_getfd", SUBJECT_TRACE_PIDFD, { 0, _, _, _ }, 0, FROM("pidfd_getfd(2)"), .word = "trace" },
	{ "pidfd_send_signal", SUBJECT_SIGNAL_PIDFD, { 0, 1, _, _ }, 0, FROM("pidfd_send_signal(2)") },
	{ "pivot_root", SUBJECT_MOUNT, { 0, 1, _, _ }, 0, FROM("pivot_root(2)"), .word = "pivot_root" },
	{ "pivot_root", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_ENTER, FROM("pivot_root(2)") },
	{ "pivot_root", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_ENTER, FROM("pivot_root(2)") },
	{ "pivot_root", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES, FROM("pivot_root(2)") },
	{ "pkey_mprotect", SUBJECT_MAPPING, { 0, 1, _, _ }, ACCESS_MAP_EXECUTE, FROM("pkey_mprotect(2)"), EXECUTABLE(2) },
	{ "pkey_mprotect", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("pkey_mprotect(2)"), WRITABLE_EXECUTABLE(2),
	  .word = "write-execute" },
	{ "prctl", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("prctl(2): PR_SET_SECCOMP, SECCOMP_MODE_FILTER"),
	  WHEN2(0, INT, 22, 1, INT, 2), .word = "own-filter" },
	{ "prctl", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("prctl(2): PR_CAPBSET_DROP"), WHEN(0, INT, 24) },
	{ "prctl", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("prctl(2): PR_SET_SECUREBITS"), WHEN(0, INT, 28) },
	{ "prctl", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("prctl(2): PR_CAP_AMBIENT"), WHEN(0, INT, 47) },
	{ "process_madvise", SUBJECT_TRACE_PIDFD, { 0, _, _, _ }, 0, FROM("process_madvise(2)"), .word = "read" },
	{ "process_vm_readv", SUBJECT_TRACE, { 0, _, _, _ }, 0, FROM("process_vm_readv(2)"), .word = "read" },
	{ "process_vm_writev", SUBJECT_TRACE, { 0, _, _, _ }, 0, FROM("process_vm_writev(2)"), .word = "write" },
	{ "ptrace", SUBJECT_TRACE, { _, _, _, _ }, 0, FROM("ptrace(2): PTRACE_TRACEME"), WHEN(0, INT, 0), .word = "trace" },
	{ "ptrace", SUBJECT_TRACE, { 1, _, _, _ }, 0, FROM("ptrace(2): PTRACE_ATTACH"), WHEN(0, INT, 16), .word = "trace" },
	{ "ptrace", SUBJECT_TRACE, { 1, _, _, _ }, 0, FROM("ptrace(2): PTRACE_SEIZE"), WHEN(0, INT, 0x4206), .word = "trace" },
	{ "ptrace", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("ptrace(2)"), .word = "ptrace" },
	{ "quotactl", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_LOOK, FROM("quotactl(2)") },
	{ "quotactl_fd", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_LOOK, FROM("fs/quota/quota.c") },
	{ "readdir", SUBJECT_DESCRIPTOR, { 0, _, _, _ }, ACCESS_READ, FROM("readdir(2)") },
	{ "readlink", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("readlink(2)"), STAYS },
	{ "readlinkat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_LOOK, FROM("readlinkat(2)"),
	  .follow = { true, 0, EMPTY_ALWAYS } },
	{ "removexattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("removexattr(2)") },
	{ "removexattrat", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("fs/xattr.c"), AT_FLAGS },
	{ "rename", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_RENAME_FROM, FROM("rename(2)"), STAYS },
	{ "rename", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_RENAME_TO, FROM("rename(2)"), STAYS },
	{ "rename", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES_OF_MANY, FROM("rename(2)") },
	{ "renameat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_RENAME_FROM, FROM("renameat(2)"), STAYS },
	{ "renameat", SUBJECT_PATH, { 3, 2, _, _ }, ACCESS_RENAME_TO, FROM("renameat(2)"), STAYS },
	{ "renameat", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES_OF_MANY, FROM("rename(2)") },
	{ "renameat2", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_RENAME_FROM, FROM("renameat2(2)"), STAYS,
	  WHEN(4, RENAME_EXCHANGE, 0) },
	{ "renameat2", SUBJECT_PATH, { 3, 2, _, _ }, ACCESS_RENAME_TO, FROM("renameat2(2)"), STAYS,
	  WHEN(4, RENAME_EXCHANGE, 0) },
	{ "renameat2", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_RENAME_FROM | ACCESS_RENAME_TO, FROM("renameat2(2)"), STAYS,
	  WHEN(4, RENAME_EXCHANGE, RENAME_EXCHANGE) },
	{ "renameat2", SUBJECT_PATH, { 3, 2, _, _ }, ACCESS_RENAME_FROM | ACCESS_RENAME_TO, FROM("renameat2(2)"), STAYS,
	  WHEN(4, RENAME_EXCHANGE, RENAME_EXCHANGE) },
	{ "renameat2", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES_OF_MANY, FROM("renameat2(2)") },
	{ "rmdir", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_DELETE, FROM("rmdir(2)"), STAYS, .kind = FILE_KIND_FOLDER },
	{ "rt_sigqueueinfo", SUBJECT_SIGNAL, { 0, 1, _, _ }, 0, FROM("rt_sigqueueinfo(2)") },
	{ "rt_tgsigqueueinfo", SUBJECT_SIGNAL, { 0, 2, _, _ }, 0, FROM("rt_sigqueueinfo(2)") },
	{ "seccomp", SUBJECT_NOTE, { _, _, _, _ }, 0, FROM("seccomp(2): SECCOMP_SET_MODE_FILTER"), WHEN(0, INT, 1),
	  .word = "own-filter" },
	{ "sendmmsg", SUBJECT_MESSAGES, { 0, 1, 2, _ }, SOCKET_CONNECT, FROM("sendmmsg(2)") },
	{ "sendmsg", SUBJECT_MESSAGE, { 0, 1, _, _ }, SOCKET_CONNECT, FROM("sendmsg(2)") },
	{ "sendto", SUBJECT_ADDRESS, { 0, 4, 5, _ }, SOCKET_CONNECT, FROM("sendto(2)") },
	{ "setfsgid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setfsgid(2)") },
	{ "setfsgid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setfsgid(2)") },
	{ "setfsuid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setfsuid(2)") },
	{ "setfsuid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setfsuid(2)") },
	{ "setgid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setgid(2)") },
	{ "setgid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setgid(2)") },
	{ "setgroups", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setgroups(2)") },
	{ "setgroups32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setgroups(2)") },
	{ "setns", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES | STALE_CREDENTIALS, FROM("setns(2)") },
	{ "setregid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setregid(2)") },
	{ "setregid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setregid(2)") },
	{ "setresgid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setresgid(2)") },
	{ "setresgid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setresgid(2)") },
	{ "setresuid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setresuid(2)") },
	{ "setresuid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setresuid(2)") },
	{ "setreuid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setreuid(2)") },
	{ "setreuid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setreuid(2)") },
	{ "setuid", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setuid(2)") },
	{ "setuid32", SUBJECT_STALE, { _, _, _, _ }, STALE_CREDENTIALS, FROM("setuid(2)") },
	{ "setxattr", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("setxattr(2)") },
	{ "setxattrat", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("fs/xattr.c"), AT_FLAGS },
	{ "socket", SUBJECT_SOCKET, { 0, 1, 2, _ }, SOCKET_CREATE, FROM("socket(2)") },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 1), .word = "socket" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 2), .word = "bind" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 3), .word = "connect" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 4), .word = "listen" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 5), .word = "accept" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 8), .word = "socketpair" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 11), .word = "sendto" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 14), .word = "setsockopt" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 16), .word = "sendmsg" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 18), .word = "accept4" },
	{ "socketcall", SUBJECT_MULTIPLEXED, { 1, _, _, _ }, 0, FROM("socketcall(2)"), WHEN(0, INT, 20), .word = "sendmmsg" },
	{ "socketpair", SUBJECT_SOCKET, { 0, 1, 2, 3 }, SOCKET_CREATE, FROM("socketpair(2)") },
	{ "stat", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("stat(2)") },
	{ "stat64", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("stat(2)") },
	{ "statfs", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("statfs(2)") },
	{ "statfs64", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("statfs(2)") },
	{ "statx", SUBJECT_PATH, { 1, 0, 2, _ }, ACCESS_LOOK, FROM("statx(2)"), AT_FLAGS },
	{ "swapoff", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_READ | ACCESS_WRITE, FROM("swapoff(2)") },
	{ "swapon", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_READ | ACCESS_WRITE, FROM("swapon(2)") },
	{ "symlink", SUBJECT_PATH, { 1, _, _, _ }, ACCESS_CREATE, FROM("symlink(2)"), STAYS, .kind = FILE_KIND_SYMLINK },
	{ "symlink", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES, FROM("symlink(2)") },
	{ "symlinkat", SUBJECT_PATH, { 2, 1, _, _ }, ACCESS_CREATE, FROM("symlinkat(2)"), STAYS, .kind = FILE_KIND_SYMLINK },
	{ "symlinkat", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES, FROM("symlinkat(2)") },
	{ "tgkill", SUBJECT_SIGNAL, { 0, 2, _, _ }, 0, FROM("tgkill(2)") },
	{ "tkill", SUBJECT_SIGNAL_THREAD, { 0, 1, _, _ }, 0, FROM("tkill(2)") },
	{ "truncate", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_WRITE, FROM("truncate(2)") },
	{ "truncate64", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_WRITE, FROM("truncate(2)") },
	{ "umount", SUBJECT_MOUNT, { _, 0, _, _ }, 0, FROM("umount(2)"), .word = "umount" },
	{ "umount", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_LOOK, FROM("umount(2)") },
	{ "umount", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES, FROM("umount(2)") },
	{ "umount2", SUBJECT_MOUNT, { _, 0, _, 1 }, 0, FROM("umount2(2)"), .word = "umount" },
	{ "umount2", SUBJECT_PATH, { 0, _, 1, _ }, ACCESS_LOOK, FROM("umount2(2)"), .follow = { false, UMOUNT_NOFOLLOW, 0 } },
	{ "umount2", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES, FROM("umount2(2)") },
	{ "unlink", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_DELETE, FROM("unlink(2)"), STAYS },
	{ "unlink", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES_OF_MANY, FROM("unlink(2)") },
	{ "unlinkat", SUBJECT_PATH, { 1, 0, _, _ }, ACCESS_DELETE, FROM("unlinkat(2)"), STAYS },
	{ "unlinkat", SUBJECT_STALE, { _, _, _, _ }, STALE_NAMES_OF_MANY, FROM("unlinkat(2)"),
	  WHEN(2, AT_REMOVEDIR, 0) },
	{ "unshare", SUBJECT_STALE, { _, _, _, _ }, STALE_FOLDER | STALE_NAMES | STALE_CREDENTIALS, FROM("unshare(2)") },
	{ "uselib", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_READ | ACCESS_MAP_EXECUTE, FROM("uselib(2)") },
	{ "utime", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("utime(2)") },
	{ "utimensat", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("utimensat(2): NULL is the descriptor"),
	  .follow = { false, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH | EMPTY_ALWAYS } },
	{ "utimensat_time64", SUBJECT_PATH, { 1, 0, 3, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("utimensat(2)"),
	  .follow = { false, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH | EMPTY_ALWAYS } },
	{ "utimes", SUBJECT_PATH, { 0, _, _, _ }, ACCESS_CHANGE_ATTRIBUTES, FROM("utimes(2)") },
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

/* include/uapi/asm-generic/fcntl.h, and arch/{arm,arm64,powerpc}/include/uapi/asm/fcntl.h for what they change. */
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
