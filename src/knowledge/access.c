/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the trace for accesses, outcomes, kinds and phases. */
#include "snug/access.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "snug/memory.h"

struct access_row {
	uint32_t bit;
	const char *name;
};

static const struct access_row access_rows[] = {
	{ ACCESS_READ, "read" },
	{ ACCESS_WRITE, "write" },
	{ ACCESS_APPEND, "append" },
	{ ACCESS_CREATE, "create" },
	{ ACCESS_DELETE, "delete" },
	{ ACCESS_RENAME_FROM, "rename-from" },
	{ ACCESS_RENAME_TO, "rename-to" },
	{ ACCESS_LINK_FROM, "link-from" },
	{ ACCESS_LINK_TO, "link-to" },
	{ ACCESS_LOCK, "lock" },
	{ ACCESS_MAP_EXECUTE, "map-execute" },
	{ ACCESS_EXECUTE, "execute" },
	{ ACCESS_CHANGE_MODE, "change-mode" },
	{ ACCESS_CHANGE_OWNER, "change-owner" },
	{ ACCESS_CHANGE_ATTRIBUTES, "change-attributes" },
	{ ACCESS_LOOK, "look" },
	{ ACCESS_ENTER, "enter" },
	{ ACCESS_CONNECT, "connect" },
	{ ACCESS_WATCH, "watch" },
	{ ACCESS_LOCK_EXCLUSIVE, "lock-exclusive" },
};

static const char *const outcome_names[OUTCOME_MAX_] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_ABSENT] = "absent",
	[OUTCOME_UNKNOWN] = "unknown",
};

static const char *const kind_names[FILE_KIND_MAX_] = {
	[FILE_KIND_UNKNOWN] = "unknown",
	[FILE_KIND_FILE] = "file",
	[FILE_KIND_FOLDER] = "folder",
	[FILE_KIND_SYMLINK] = "symlink",
	[FILE_KIND_SOCKET] = "socket",
	[FILE_KIND_PIPE] = "pipe",
	[FILE_KIND_DEVICE] = "device",
};

static const char *const phase_names[PHASE_MAX_] = {
	[PHASE_PROGRAM] = "program",
	[PHASE_RUNTIME] = "runtime",
};

static int find_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -ENOENT;
}

const char *access_name(uint32_t one_bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(access_rows); i++)
		if (access_rows[i].bit == one_bit)
			return access_rows[i].name;
	return "?";
}

uint32_t access_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(access_rows); i++)
		if (strcmp(access_rows[i].name, name) == 0)
			return access_rows[i].bit;
	return 0;
}

const char *outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

int outcome_by_name(const char *name)
{
	return find_name(outcome_names, OUTCOME_MAX_, name);
}

enum outcome outcome_from_result(int64_t result)
{
	if (result >= 0)
		return OUTCOME_OK;
	if (result == -EACCES || result == -EPERM || result == -EROFS)
		return OUTCOME_REFUSED;
	return result == -ENOENT || result == -ENOTDIR ? OUTCOME_ABSENT : OUTCOME_UNKNOWN;
}

const char *file_kind_name(enum file_kind kind)
{
	return kind_names[kind];
}

int file_kind_by_name(const char *name)
{
	return find_name(kind_names, FILE_KIND_MAX_, name);
}

enum file_kind file_kind_from_mode(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return FILE_KIND_FILE;
	case S_IFDIR: return FILE_KIND_FOLDER;
	case S_IFLNK: return FILE_KIND_SYMLINK;
	case S_IFSOCK: return FILE_KIND_SOCKET;
	case S_IFIFO: return FILE_KIND_PIPE;
	case S_IFCHR:
	case S_IFBLK: return FILE_KIND_DEVICE;
	default: return FILE_KIND_UNKNOWN;
	}
}

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}

int phase_by_name(const char *name)
{
	return find_name(phase_names, PHASE_MAX_, name);
}
