/* SPDX-License-Identifier: Apache-2.0 */
/* The program of a process; see runtime_program.h. */
#include "record/runtime_program.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

/* A program that runs from memory, as a copy of its file, has no name of its own. */
static void take_name(struct runtime_program *ret, char *path)
{
	static const char memory[] = "/memfd:", gone[] = " (deleted)";
	size_t length = strlen(path), tail = strlen(gone);
	const char *slash;

	if (strncmp(path, memory, strlen(memory)) == 0)
		return;
	if (length > tail && strcmp(path + length - tail, gone) == 0)
		path[length - tail] = '\0';
	slash = strrchr(path, '/');
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)sizeof(ret->name) - 1, slash ? slash + 1 : path);
}

static bool take_file(struct runtime_program *ret, const char *path)
{
	struct stat st;

	*ret = (struct runtime_program){ 0 };
	if (stat(path, &st) < 0)
		return false;
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	return true;
}

void runtime_program_read(struct runtime_program *ret, pid_t pid)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	if (!take_file(ret, link))
		return;
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	take_name(ret, path);
}

void runtime_program_of_file(struct runtime_program *ret, pid_t pid, const char *path)
{
	auto_free char *seen = xasprintf("/proc/%d/root%s", (int)pid, path), *name = xstrdup(path);

	*ret = (struct runtime_program){ 0 };
	if (path[0] && take_file(ret, seen))
		take_name(ret, name);
}
