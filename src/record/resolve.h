/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a program passed to the file that the kernel meant.
 *
 * A path is walked part by part, as the caller would walk it: from its root, its folder or its descriptor,
 * through its mounts, its /proc/self, its symlinks. The answer is the path from the root of
 * the caller's mount namespace, which is what an LSM works with: a chroot inside a container is
 * part of it, the container's own root is not.
 *
 * No step opens a file (O_PATH only) or triggers an automount. For whom a step may wait, the request says: the server of a
 * user-space file system might be a task that we hold, and who answers the calls of many containers waits for nobody.
 */
#ifndef SNUG_RECORD_RESOLVE_H
#define SNUG_RECORD_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "snug/access.h"
#include "snug/posix_acl.h"

struct resolver;	/* remembers what kind of file system a mount is, and what symlinks say */

/* Owner and permission bits of something on the way, and its ACL where the request asks for it. */
struct owner {
	uint32_t uid, gid, mode;
	struct posix_acl acl;
};

/* For whom a look-up may wait; where it would have to wait longer, it ends with the text of the path. */
enum wait {
	WAIT_DISK,	/* not for a remote or user-space file system */
	WAIT_NOT,	/* for nothing: by what the kernel has in memory (Linux 5.12, RESOLVE_CACHED; nothing at all before) */
	WAIT_SERVER,	/* for anything, for ever */
};

/* A symlink, whose text never changes: the number alone may come again, in a symlink that was made later. */
struct link_id {
	uint64_t mount, inode, seconds, nanoseconds;	/* of its last change */
};

struct resolve_request {
	pid_t tid;
	int dirfd;		/* of the caller; AT_FDCWD = its working folder */
	const char *path;	/* "" = the descriptor itself */
	bool last_stays;	/* a symlink as last part is not followed, */
	bool name_only;		/* not even before a slash: the call makes, moves or removes a name */
	enum wait wait;
	bool may_leap;		/* nobody asks for the folders above the last, which one call may then lead to */
	bool only_end;		/* nor for any folder, and the caller's root is ours: one call may lead to the end */
	bool in_root;		/* `dirfd` stands for the root: openat2(2), RESOLVE_IN_ROOT */
	bool acls;		/* owners come with their ACLs, where reading these need not wait longer than the walk may; */
	uint32_t except_of;	/* but for what this user owns: of its owner no ACL says anything */
	/* Called for each folder that a part is looked up in, with `may_leap` perhaps for the last one only; NULL = nobody asks. */
	void (*visit)(void *context, const struct owner *folder);
	void *context;
	/* Called for each symlink that had to be read for the way; NULL = nobody asks. */
	void (*read_link)(void *context, const struct link_id *id, const char *target);
	void *link_context;
};

/* Numbers of a mount and of a file on it; 0 = not known. */
struct file_identity {
	uint64_t mount, device, inode;
};

struct resolved {
	char *path;		/* owned; NULL: it has no place in a file system (pipe, socket, memfd) */
	int fd;			/* owned; O_PATH, -1 when it is not there or cannot be looked at */
	bool found;		/* it is there, whether `fd` is still open or not */
	bool followed;		/* there was a symlink on the way */
	bool remote;		/* to read it may wait for a server */
	bool waits;		/* the look-up would have had to wait, on the mount `mount`; the rest is not known */
	uint64_t mount;
	int stood;		/* owned; O_PATH: where a walk that may not wait came to an end, -1 = it did not; */
	char *rest;		/* owned: and what of the path was left */
	bool absent;		/* the caller's look would have ended at a missing name */
	struct file_identity file;	/* these with `found` */
	enum file_kind kind;
	struct owner owner;
	struct owner parent;	/* with has_parent */
	bool has_parent;
};

#define RESOLVED_NONE ((struct resolved){ .fd = -1, .stood = -1 })

struct resolver *resolver_new(void);
struct resolver *resolver_free(struct resolver *resolver);	/* accepts NULL, returns NULL */

/* The mounts may have changed. */
void resolver_forget_mounts(struct resolver *resolver);

/* What another resolver read. */
void resolver_learn_link(struct resolver *resolver, const struct link_id *id, const char *target);

/* Fills `ret`, to be ended by resolved_done(), whatever is found. */
void resolve(struct resolver *resolver, const struct resolve_request *request, struct resolved *ret);

/* Where a caller's path starts, as O_PATH descriptors: they stay what they are when the caller has moved on or ended. */
struct origin {
	int root, at;		/* owned; -1 = could not, or may not, be opened */
};

#define ORIGIN_NONE ((struct origin){ .root = -1, .at = -1 })

void origin_open(struct resolver *resolver, const struct resolve_request *request, struct origin *ret);
void origin_close(struct origin *origin);

/* resolve(), but from there. */
void resolve_from(struct resolver *resolver, const struct resolve_request *request, const struct origin *origin,
		  struct resolved *ret);

/* Is this O_PATH descriptor our own root? */
bool is_own_root(int fd);

/* Is that what an open descriptor of the caller is, by the name that was resolved? */
bool resolved_is_descriptor(const struct resolved *resolved, pid_t tid, int fd);

/* resolve() for an open descriptor of the caller. */
void resolve_descriptor(pid_t tid, int fd, struct resolved *ret);

void resolved_done(struct resolved *resolved);

#endif
