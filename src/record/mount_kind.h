/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answers a look-up: memory, a disk, or a server.
 *
 * Told by the type of the mount in a task's mountinfo: fstatfs(2) would ask a FUSE server.
 */
#ifndef SNUG_RECORD_MOUNT_KIND_H
#define SNUG_RECORD_MOUNT_KIND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum mount_kind {
	MOUNT_UNKNOWN,
	MOUNT_DISK,	/* a look-up may read a disk */
	MOUNT_TREE,	/* the same, and the text of a symlink is not part of what is read with its inode */
	MOUNT_MEMORY,	/* all there is to know is in memory */
	MOUNT_PROC,	/* the same, and its links jump */
	MOUNT_REMOTE,	/* a look-up may wait for another machine or a program */
	MOUNT_REVALIDATED,	/* so may the mere arrival on it */
};

struct mount_kinds;

struct mount_kinds *mount_kinds_new(void);
struct mount_kinds *mount_kinds_free(struct mount_kinds *kinds);	/* accepts NULL, returns NULL */
void mount_kinds_forget(struct mount_kinds *kinds);	/* the mounts may have changed */

/* The kind of mount `id` (statx(2), stx_mnt_id) in the mount namespace of `tid`. */
enum mount_kind mount_kind(struct mount_kinds *kinds, pid_t tid, uint64_t id);

/* May a look-up on a file system of this type, the first word of the text, wait for another machine or a program? */
bool mount_type_waits(const char *type);

/* Is a mount of kind MOUNT_REVALIDATED there, in any namespace that was looked at? */
bool mount_kinds_revalidate(struct mount_kinds *kinds, pid_t tid);

#endif
