/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the arguments of a call mean: which is a path, which a descriptor, an address, a process.
 *
 * One row a fact, so that a call with two paths has two rows. Whoever decodes calls walks the rows of a call
 * and does what each row's subject asks for; nobody knows a call by its name or number.
 */
#ifndef SNUG_SYSCALL_ACCESS_H
#define SNUG_SYSCALL_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/access.h"
#include "snug/arch.h"

/* What a row is about, and what its `arg` columns then are: indices of arguments, NO_ARGUMENT where there is none. */
enum subject {
	/* Files, up to SUBJECT_PROGRAM. */
	SUBJECT_PATH,		/* a file by its name: path, folder's descriptor, flags, mode of what is made */
	SUBJECT_OPEN,		/* the same, its access by open(2) flags; the result is a descriptor */
	SUBJECT_OPEN_HOW,	/* the same, its flags in a struct open_how: path, folder's descriptor, struct */
	SUBJECT_OPEN_HANDLE,	/* the same, known by its result alone: flags */
	SUBJECT_DESCRIPTOR,	/* an open file: descriptor */
	SUBJECT_RECORD_LOCK,	/* fcntl(2) locks: descriptor, struct flock */
	SUBJECT_MAPPING,	/* the files that are mapped there, if any are: address, length */
	SUBJECT_PROGRAM,	/* the file to execute: path, folder's descriptor, flags */
	SUBJECT_SOCKET,		/* a socket is made: domain, type, protocol, where two descriptors go or NO_ARGUMENT */
	SUBJECT_ADDRESS,	/* descriptor, sockaddr, its length */
	SUBJECT_MESSAGE,	/* descriptor, struct msghdr */
	SUBJECT_MESSAGES,	/* descriptor, array of struct mmsghdr, how many */
	SUBJECT_SOCKET_USE,	/* an act without an address: descriptor */
	SUBJECT_SIGNAL,		/* process (or group, as kill(2) has it), number */
	SUBJECT_SIGNAL_THREAD,	/* thread, number */
	SUBJECT_SIGNAL_PIDFD,	/* descriptor of a process, number */
	SUBJECT_MOUNT,		/* source, target, type, flags */
	SUBJECT_TRACE,		/* process, 0 = the caller; NO_ARGUMENT = its parent */
	SUBJECT_TRACE_PIDFD,	/* descriptor of a process */
	SUBJECT_NOTE,		/* `word` is the code of a note */
	SUBJECT_STALE,		/* something that was known may have changed: `access` is a set of enum stale */
	SUBJECT_MULTIPLEXED,	/* `word` is the call that is meant, its arguments in memory: where */
	SUBJECT_MAX_,
};

#define NO_ARGUMENT (-1)

/* What a call may have changed for the calls that follow. */
enum stale {
	STALE_FOLDER = 1 << 0,		/* the caller's working folder or root */
	STALE_NAMES = 1 << 1,		/* what a path names */
	STALE_NAMES_OF_MANY = 1 << 2,	/* the same, if what this call names is a folder or a symlink */
	STALE_CREDENTIALS = 1 << 3,	/* the caller's user, groups, capabilities */
	STALE_MODES = 1 << 4,		/* the owner or mode of a file: who may use it without a capability */
	STALE_NAME_GONE = 1 << 5,	/* a name may be gone: of the decoder's own making, no row says it */
};

/* How a SUBJECT_MOUNT row's paths are given. */
enum mount_paths {
	MOUNT_AT = 1 << 0,		/* the folder's descriptor is the argument before each path */
	MOUNT_SOURCE_IS_WORD = 1 << 1,	/* the source is a path for MS_BIND and MS_MOVE only */
};

/* Does the call follow a symlink that is the path's last part, and may the path be empty? */
struct follow {
	bool last_stays;	/* it does not, */
	uint32_t opposite;	/* unless one of these flags is set (or it does, but for these) */
	uint32_t empty;		/* with one of these flags "" (since Linux 6.11 NULL too) is the descriptor itself: a
				 * call that only looks then reaches nothing */
};

#define EMPTY_ALWAYS 0x80000000u	/* in `empty`: whatever the flags; NULL as well */

/* A row holds when every condition does: (argument & mask) == value. A mask of 0 is no condition. */
struct condition {
	unsigned int index;
	uint64_t mask, value;
};

struct syscall_access {
	const char *syscall;
	enum subject subject;
	signed char arg[4];
	uint32_t access;	/* set of enum access; of socket_act, mount_paths or stale */
	const char *source;	/* manual page or kernel file */
	struct follow follow;
	enum file_kind kind;	/* of what the call makes */
	struct condition when[2];
	const char *word;	/* see the subject; for mounts and traces the event's word */
	const char *abis;	/* NULL = every ABI; "x86" only that; "!x86" every other */
};

/* The rows of one call: the first of them and in `*ret_count` how many; NULL when there are none. */
const struct syscall_access *syscall_access_find(const char *syscall, size_t *ret_count);

/* The `index`-th row of the table, sorted by call; NULL past the last. */
const struct syscall_access *syscall_access_at(size_t index);

/* Do the conditions of a row hold for these arguments? */
bool syscall_access_holds(const struct syscall_access *row, const uint64_t args[6]);

/* What open(2) flags ask for. The bits of O_NOFOLLOW and O_DIRECTORY differ between architectures. */
struct open_meaning {
	uint32_t access;	/* set of enum access */
	bool last_stays;	/* a symlink as last part is not followed */
	bool unnamed;		/* O_TMPFILE: the path names the folder */
};

struct open_meaning open_meaning(const struct arch *abi, uint64_t flags);

#endif
