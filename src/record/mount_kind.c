/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of mounts, by their type in mountinfo; see mount_kind.h. */
#include "record/mount_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/map.h"
#include "snug/memory.h"

struct mount_kind_row {
	const char *type;	/* as in mountinfo; "fuse" stands for "fuse.sshfs" too */
	enum mount_kind kind;
};

/* Types of Linux 6.18, fs/. Remote: those whose look-ups are answered by another machine or by a program; revalidated: with a
 * d_weak_revalidate() of their own, which complete_walk() (fs/namei.c) calls at the end of a jump. */
static const struct mount_kind_row rows[] = {
	{ "9p", MOUNT_REVALIDATED }, { "afs", MOUNT_REMOTE }, { "autofs", MOUNT_REMOTE }, { "bcachefs", MOUNT_TREE },
	{ "bpf", MOUNT_MEMORY }, { "btrfs", MOUNT_TREE },
	{ "ceph", MOUNT_REMOTE }, { "cgroup", MOUNT_MEMORY }, { "cgroup2", MOUNT_MEMORY }, { "cifs", MOUNT_REMOTE },
	{ "coda", MOUNT_REMOTE }, { "devpts", MOUNT_MEMORY }, { "devtmpfs", MOUNT_MEMORY }, { "fuse", MOUNT_REMOTE },
	{ "fuseblk", MOUNT_REMOTE }, { "gfs2", MOUNT_REMOTE }, { "mqueue", MOUNT_MEMORY }, { "nfs", MOUNT_REVALIDATED },
	{ "nfs4", MOUNT_REVALIDATED }, { "ocfs2", MOUNT_REMOTE }, { "orangefs", MOUNT_REMOTE }, { "proc", MOUNT_PROC },
	{ "ramfs", MOUNT_MEMORY }, { "smb3", MOUNT_REMOTE }, { "sysfs", MOUNT_MEMORY }, { "tmpfs", MOUNT_MEMORY },
	{ "vboxsf", MOUNT_REMOTE }, { "virtiofs", MOUNT_REMOTE }, { "zfs", MOUNT_TREE },
};

struct mount_kinds {
	struct map *by_id;	/* mount id → enum mount_kind, in the pointer */
	bool read, revalidate;
};

struct mount_kinds *mount_kinds_new(void)
{
	struct mount_kinds *kinds = xcalloc(1, sizeof(*kinds));

	kinds->by_id = map_new(NULL);
	return kinds;
}

struct mount_kinds *mount_kinds_free(struct mount_kinds *kinds)
{
	if (kinds)
		map_free(kinds->by_id);
	free(kinds);
	return NULL;
}

void mount_kinds_forget(struct mount_kinds *kinds)
{
	map_free(kinds->by_id);
	*kinds = (struct mount_kinds){ .by_id = map_new(NULL) };
}

static enum mount_kind kind_of_type(const char *type)
{
	size_t length = strcspn(type, ". ");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].type) == length && memcmp(rows[i].type, type, length) == 0)
			return rows[i].kind;
	return MOUNT_DISK;
}

bool mount_type_waits(const char *type)
{
	enum mount_kind kind = kind_of_type(type);

	return kind == MOUNT_REMOTE || kind == MOUNT_REVALIDATED;
}

/* proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". */
static void read_mounts(struct mount_kinds *kinds, pid_t tid)
{
	char name[64];
	auto_free char *line = NULL;
	auto_fclose FILE *file = NULL;
	size_t size = 0;

	snprintf(name, sizeof(name), "/proc/%d/mountinfo", tid);
	file = fopen(name, "re");
	kinds->read |= file != NULL;
	while (file && getline(&line, &size, file) > 0) {
		uint64_t id = strtoull(line, NULL, 10);
		char *type = strstr(line, " - ");
		enum mount_kind kind;

		if (!type)
			continue;
		type += 3;
		type[strcspn(type, " ")] = '\0';
		kind = kind_of_type(type);
		kinds->revalidate |= kind == MOUNT_REVALIDATED;
		*map_slot(kinds->by_id, &id, sizeof(id)) = (void *)(uintptr_t)kind;
	}
}

enum mount_kind mount_kind(struct mount_kinds *kinds, pid_t tid, uint64_t id)
{
	void **slot;

	if (!map_get(kinds->by_id, &id, sizeof(id)))
		read_mounts(kinds, tid);
	slot = map_slot(kinds->by_id, &id, sizeof(id));
	if (!*slot)
		*slot = (void *)(uintptr_t)MOUNT_DISK;	/* not in its namespace's list: detached, or a kernel mount */
	return (enum mount_kind)(uintptr_t)*slot;
}

bool mount_kinds_revalidate(struct mount_kinds *kinds, pid_t tid)
{
	if (!kinds->read)
		read_mounts(kinds, tid);
	return kinds->revalidate;
}
