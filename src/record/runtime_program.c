/* SPDX-License-Identifier: Apache-2.0 */
/* The program of a process; see runtime_program.h. */
#include "record/runtime_program.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void runtime_program_read(struct runtime_program *ret, pid_t pid)
{
	char link[64], path[PATH_MAX];
	struct stat st;
	ssize_t n;

	*ret = (struct runtime_program){ 0 };
	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	if (stat(link, &st) < 0)
		return;
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	take_name(ret, path);
}
