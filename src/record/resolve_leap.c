/* SPDX-License-Identifier: Apache-2.0 */
/* Many parts of a path by one openat2(2), where that finds the same as part after part; see resolve_walk.h. */
#include "record/resolve_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define LEAP_MIN 2	/* folders; to go into one is as quick by a step */

/* Neither empty, nor "." or "..". */
static bool is_name(const char *part, size_t length)
{
	return length && (length > 2 || strspn(part, ".") < length);
}

/* The way to the folder of the last part, if it is long and plain. */
static bool folders_ahead(const struct walk *walk, char ret[static PATH_MAX])
{
	const char *path = walk->next + strspn(walk->next, "/"), *part = path;
	size_t folders = 0;

	for (;;) {
		const char *slash = strchr(part, '/');
		size_t length = slash ? (size_t)(slash - part) : 0;

		if (!slash || slash[strspn(slash, "/")] == '\0')
			break;
		if (!is_name(part, length))
			return false;
		folders++;
		part = slash + 1;
	}
	if (folders < LEAP_MIN || (size_t)(part - path) >= PATH_MAX)
		return false;
	snprintf(ret, PATH_MAX, "%.*s", (int)(part - path), path);
	return true;
}

static bool may_leap(struct walk *walk, const char *folders)
{
	struct resolver *resolver = walk->resolver;

	if (!resolver->own_mounts)
		resolver->own_mounts = own_mounts_new();
	return own_mounts_answer(resolver->own_mounts, &walk->at_st, folders);
}

void walk_leap(struct walk *walk)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_DIRECTORY, .resolve = RESOLVE_NO_SYMLINKS };
	char folders[PATH_MAX];
	int fd;

	if (!walk->request->may_leap || walk->request->wait != WAIT_DISK || walk->resolver->cannot_leap ||
	    !folders_ahead(walk, folders) || !may_leap(walk, folders))
		return;
	fd = (int)syscall(SYS_openat2, walk->at, folders, &how, sizeof(how));
	if (fd < 0)	/* before Linux 5.6, under an old Docker */
		walk->resolver->cannot_leap = errno == ENOSYS || errno == EPERM;
	else if (walk_into(walk, fd) == 0)
		walk->next += strspn(walk->next, "/") + strlen(folders);
}

/* A place that is named so was reached without a symlink. */
static bool is_plain(const char *path)
{
	for (const char *part = path; *part == '/'; part += 1 + strcspn(part + 1, "/"))
		if (!is_name(part + 1, strcspn(part + 1, "/")))
			return false;
	return true;
}

static int open_at_once(struct walk *walk, uint64_t resolve_flags)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | (walk->request->last_stays ? O_NOFOLLOW : 0),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_CACHED | resolve_flags,
	};
	int fd = (int)syscall(SYS_openat2, walk->root, walk->request->path, &how, sizeof(how));

	if (fd >= 0)
		return fd;
	/* Before Linux 5.12, before 5.6, under an old Docker; by a path that is plain nothing else is invalid. */
	walk->resolver->cannot_leap_to_end = errno == EINVAL || errno == ENOSYS || errno == EPERM;
	return -errno;
}

static bool may_leap_to_end(const struct walk *walk)
{
	const struct resolve_request *request = walk->request;
	const char *path = request->path;

	return request->only_end && request->wait == WAIT_DISK && !request->name_only && walk_is_from_root(request) && path[1] &&
	       !walk->resolver->cannot_leap_to_end && strncmp(path, "/proc/", 6) != 0 && is_plain(path);
}

bool walk_leap_to_end(struct walk *walk)
{
	auto_free char *place = NULL;
	int fd;

	if (!may_leap_to_end(walk))
		return false;
	fd = open_at_once(walk, RESOLVE_NO_SYMLINKS);
	if (fd == -ENOENT || fd == -ENOTDIR) {
		walk->ret->absent = true;
		walk->ret->path = xstrdup(walk->request->path);
		return true;
	}
	walk->links = fd == -ELOOP;
	if (walk->links)
		fd = open_at_once(walk, RESOLVE_NO_MAGICLINKS);
	if (walk_into(walk, fd) == 0 && walk_kind(walk) != MOUNT_PROC)
		place = walk->links ? place_name(walk->at) : xstrdup(walk->request->path);
	if (!place || strncmp(place, "/proc/", 6) == 0) {
		walk_leave(walk);
		walk->at = walk->root;
		walk->links = 0;
		return false;
	}
	walk_finish(walk, true, steal_ptr(place));
	return true;
}
