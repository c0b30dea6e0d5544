/* SPDX-License-Identifier: Apache-2.0 */
/* Our mountinfo, read when it is asked for and kept while it holds; see own_mounts.h. */
#include "record/own_mounts.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/mount_kind.h"
#include "snug/cleanup.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/string_set.h"

struct own_mounts {
	FILE *file;			/* owned; our mountinfo, NULL = cannot be read */
	bool read;
	struct statx root;
	struct map *ids;		/* of all mounts; the value is not NULL */
	struct string_set waiting;	/* mount points below our root, of those that wait for somebody */
	bool waits_somewhere;		/* at a mount point that was not understood */
};

struct own_mounts *own_mounts_new(void)
{
	struct own_mounts *mounts = xcalloc(1, sizeof(*mounts));

	mounts->ids = map_new(NULL);
	mounts->file = fopen("/proc/self/mountinfo", "re");
	return mounts;
}

struct own_mounts *own_mounts_free(struct own_mounts *mounts)
{
	if (!mounts)
		return NULL;
	map_free(mounts->ids);
	string_set_done(&mounts->waiting);
	if (mounts->file)
		fclose(mounts->file);
	free(mounts);
	return NULL;
}

/* proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". Odd characters of a path stand as "\040". */
static void read_line(struct own_mounts *mounts, char *line)
{
	uint64_t id = strtoull(line, NULL, 10);
	char *type = strstr(line, " - "), *save = NULL, *point = NULL;

	*map_slot(mounts->ids, &id, sizeof(id)) = mounts;
	if (!type || !mount_type_waits(type + 3))
		return;
	for (int field = 0; field < 5; field++)
		point = strtok_r(field ? NULL : line, " ", &save);
	if (point && point[0] == '/' && !strchr(point, '\\'))
		string_set_add(&mounts->waiting, point);
	else
		mounts->waits_somewhere = true;
}

static bool read_all(struct own_mounts *mounts)
{
	auto_free char *line = NULL;
	size_t size = 0;

	map_free(mounts->ids);
	mounts->ids = map_new(NULL);
	string_set_done(&mounts->waiting);
	mounts->waiting = (struct string_set)STRING_SET_EMPTY;
	mounts->waits_somewhere = false;
	rewind(mounts->file);
	while (getline(&line, &size, mounts->file) > 0)
		read_line(mounts, line);
	return statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &mounts->root) == 0 &&
	       map_count(mounts->ids) > 0;
}

/* A change is told once, by POLLPRI: proc(5). */
static bool are_known(struct own_mounts *mounts)
{
	struct pollfd change = { .events = POLLPRI };

	if (!mounts->file)
		return false;
	change.fd = fileno(mounts->file);
	if (poll(&change, 1, 0) != 0 || !mounts->read)
		mounts->read = read_all(mounts);
	return mounts->read;
}

static bool leads_through(const char *path, const char *point)
{
	size_t length = strlen(point);

	path += strspn(path, "/");
	return strncmp(path, point + 1, length - 1) == 0 && (length == 1 || path[length - 1] == '/' || !path[length - 1]);
}

bool own_mounts_answer(struct own_mounts *mounts, const struct statx *at, const char *path)
{
	uint64_t id = at->stx_mnt_id;

	if (!(at->stx_mask & STATX_MNT_ID) || !are_known(mounts) || !map_get(mounts->ids, &id, sizeof(id)) ||
	    mounts->waits_somewhere)
		return false;
	if (at->stx_ino != mounts->root.stx_ino || at->stx_mnt_id != mounts->root.stx_mnt_id)
		return mounts->waiting.count == 0;
	for (size_t i = 0; i < mounts->waiting.count; i++)
		if (leads_through(path, mounts->waiting.items[i]))
			return false;
	return true;
}
