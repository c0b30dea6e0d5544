/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists of mounts, ours and that of process 1, show the same filesystems at different places. */
#include "cli/host_path.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define HOST_ROOT "/proc/1/root"

/* proc(5), mountinfo: "36 35 98:0 /mnt1 /mnt2 …": of the filesystem on 98:0 the folder /mnt1 is seen at /mnt2. */
struct mount {
	unsigned int major, minor;
	char part[PATH_MAX];
	char place[PATH_MAX];
};

/* Blanks and backslashes are written in octal. */
static void unescape(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++, to++) {
		unsigned int byte;

		if (sscanf(from, "\\%3o", &byte) == 1) {
			*to = (char)byte;
			from += 3;
		} else {
			*to = *from;
		}
	}
	*to = '\0';
}

static bool next_mount(FILE *mountinfo, struct mount *ret)
{
	auto_free char *line = NULL;
	size_t size = 0;
	_Static_assert(PATH_MAX == 4096, "the widths below");

	if (!mountinfo || getline(&line, &size, mountinfo) < 0 ||
	    sscanf(line, "%*d %*d %u:%u %4095s %4095s", &ret->major, &ret->minor, ret->part, ret->place) != 4)
		return false;
	unescape(ret->part);
	unescape(ret->place);
	return true;
}

/* What follows `folder` in `path`: "" or "/…"; NULL when it does not lie in there. */
static const char *below(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]) ? path + length : NULL;
}

/* The mount in which `folder` lies, and its path within the filesystem. */
static char *part_of(const char *folder, struct mount *ret)
{
	auto_fclose FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	struct mount mount = { 0 };
	const char *rest = NULL;
	size_t longest = 0;

	while (next_mount(mountinfo, &mount)) {
		size_t length = strlen(mount.place);

		if (below(folder, mount.place) && length >= longest) {	/* a later mount at the same place covers it */
			rest = below(folder, mount.place);
			longest = length;
			*ret = mount;
		}
	}
	return rest ? xasprintf("%s%s", strcmp(ret->part, "/") == 0 ? "" : ret->part, rest) : NULL;
}

static bool is_same_on_host(const char *folder, const char *on_host)
{
	auto_free char *path = xasprintf(HOST_ROOT "%s", on_host);
	struct stat here, there;

	return stat(folder, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

static char *find_on_host(const char *folder)
{
	auto_fclose FILE *mountinfo = fopen("/proc/1/mountinfo", "re");
	struct mount ours = { 0 }, mount = { 0 };
	auto_free char *part = part_of(folder, &ours);

	while (part && next_mount(mountinfo, &mount)) {
		const char *rest = below(part, mount.part);
		auto_free char *candidate = NULL;

		if (!rest || mount.major != ours.major || mount.minor != ours.minor)
			continue;
		candidate = xasprintf("%s%s", strcmp(mount.place, "/") == 0 ? "" : mount.place, rest);
		if (is_same_on_host(folder, candidate))
			return steal_ptr(candidate);
	}
	return NULL;
}

char *host_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *given = slash == path ? xstrdup("/") : xasprintf("%.*s", (int)(slash - path), path);
	auto_free char *folder = realpath(given, NULL);
	auto_free char *found = !folder || is_same_on_host(folder, folder) ? NULL : find_on_host(folder);

	return found ? xasprintf("%s%s", found, slash) : xstrdup(path);
}

char *path_from_host(const char *path)
{
	auto_free char *there = xasprintf(HOST_ROOT "%s", path);

	return access(path, F_OK) < 0 && access(there, F_OK) == 0 ? steal_ptr(there) : xstrdup(path);
}
