/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be done to a file or a socket, and what came of it: the words of the trace.
 */
#ifndef SNUG_ACCESS_H
#define SNUG_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* A set of these is a uint32_t. Names in the trace by access_name(). */
enum access {
	ACCESS_READ = 1 << 0,			/* "read" */
	ACCESS_WRITE = 1 << 1,			/* "write": truncation too */
	ACCESS_APPEND = 1 << 2,			/* "append": opened for writing with O_APPEND */
	ACCESS_CREATE = 1 << 3,			/* "create": O_CREAT, whether or not it existed (an LSM asks either way),
						 * O_TMPFILE ("FOLDER/#INODE"); mkdir, mknod, symlink, bind */
	ACCESS_DELETE = 1 << 4,			/* "delete": unlink, rmdir */
	ACCESS_RENAME_FROM = 1 << 5,		/* "rename-from": the old name */
	ACCESS_RENAME_TO = 1 << 6,		/* "rename-to": the new name; both ends bear both with RENAME_EXCHANGE */
	ACCESS_LINK_FROM = 1 << 7,		/* "link-from": the file that got another name */
	ACCESS_LINK_TO = 1 << 8,		/* "link-to": that other name */
	ACCESS_LOCK = 1 << 9,			/* "lock": flock, fcntl locks, shared or exclusive */
	ACCESS_MAP_EXECUTE = 1 << 10,		/* "map-execute": mmap or mprotect with PROT_EXEC, ELF interpreter */
	ACCESS_EXECUTE = 1 << 11,		/* "execute": execve, and the interpreter of a script */
	ACCESS_CHANGE_MODE = 1 << 12,		/* "change-mode" */
	ACCESS_CHANGE_OWNER = 1 << 13,		/* "change-owner" */
	ACCESS_CHANGE_ATTRIBUTES = 1 << 14,	/* "change-attributes": times, extended attributes, flags */
	ACCESS_LOOK = 1 << 15,			/* "look": stat, access, readlink, getxattr, O_PATH, statfs; by name only */
	ACCESS_ENTER = 1 << 16,			/* "enter": chdir, chroot, pivot_root */
	ACCESS_CONNECT = 1 << 17,		/* "connect": a unix socket of that path, bound or connected to */
	ACCESS_WATCH = 1 << 18,			/* "watch": inotify, fanotify */
	ACCESS_LOCK_EXCLUSIVE = 1 << 19,	/* "lock-exclusive": beside "lock" for LOCK_EX and F_WRLCK: AppArmor asks
						 * for writing too, even if the file was opened to be read */
	ACCESS_MAX_ = 1 << 20,
};

/* What leaves something else behind than was there. */
#define ACCESS_CHANGES (ACCESS_WRITE | ACCESS_APPEND | ACCESS_CREATE | ACCESS_DELETE | ACCESS_RENAME_FROM | \
			ACCESS_RENAME_TO | ACCESS_LINK_TO | ACCESS_CHANGE_MODE | ACCESS_CHANGE_OWNER | \
			ACCESS_CHANGE_ATTRIBUTES)

/* What no profile asks for: see emit/apparmor_file.c. */
#define ACCESS_FREE (ACCESS_LOOK | ACCESS_ENTER | ACCESS_WATCH)

/* What was done with a socket. A set of these is a uint32_t; the trace keeps what was done with what. */
enum socket_act {
	SOCKET_CREATE = 1 << 0,		/* "create" */
	SOCKET_BIND = 1 << 1,		/* "bind" */
	SOCKET_LISTEN = 1 << 2,		/* "listen" */
	SOCKET_ACCEPT = 1 << 3,		/* "accept" */
	SOCKET_CONNECT = 1 << 4,	/* "connect": and sendto() with an address */
	SOCKET_ACT_MAX_ = 1 << 5,
};

enum outcome {
	OUTCOME_OK,		/* "ok" */
	OUTCOME_REFUSED,	/* "refused": EACCES, EPERM, EROFS */
	OUTCOME_ABSENT,		/* "absent": ENOENT, ENOTDIR: a failed probe */
	OUTCOME_UNKNOWN,	/* "unknown": another error, or the recorder cannot see results */
	OUTCOME_MAX_,
};

enum file_kind {
	FILE_KIND_UNKNOWN,	/* "unknown": it did not exist, or could not be looked at */
	FILE_KIND_FILE,		/* "file" */
	FILE_KIND_FOLDER,	/* "folder" */
	FILE_KIND_SYMLINK,	/* "symlink" */
	FILE_KIND_SOCKET,	/* "socket" */
	FILE_KIND_PIPE,		/* "pipe" */
	FILE_KIND_DEVICE,	/* "device" */
	FILE_KIND_MAX_,
};

/* Where a call belongs: between the filter's loading and the program's exec, or after. */
enum phase {
	PHASE_PROGRAM,		/* "program" */
	PHASE_RUNTIME,		/* "runtime" */
	PHASE_MAX_,
};

const char *access_name(uint32_t one_bit);
uint32_t access_by_name(const char *name);	/* 0 when unknown */
const char *outcome_name(enum outcome outcome);
int outcome_by_name(const char *name);		/* negative when unknown */
enum outcome outcome_from_result(int64_t result);
const char *file_kind_name(enum file_kind kind);
int file_kind_by_name(const char *name);
enum file_kind file_kind_from_mode(uint32_t mode);
const char *phase_name(enum phase phase);
int phase_by_name(const char *name);

#endif
