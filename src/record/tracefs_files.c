/* SPDX-License-Identifier: Apache-2.0 */
/* Open files of processes; see tracefs_files.h. */
#include "record/tracefs_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "record/proc_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

struct tracefs_files {
	unsigned int users;
	struct tracefs_file *all;	/* owned; sorted by fd */
	size_t count;
};

static struct tracefs_files *files_new(void)
{
	struct tracefs_files *files = xcalloc(1, sizeof(*files));

	files->users = 1;
	return files;
}

struct tracefs_files *tracefs_files_share(struct tracefs_files *files)
{
	if (files)
		files->users++;
	return files;
}

struct tracefs_files *tracefs_files_leave(struct tracefs_files *files)
{
	if (!files || --files->users > 0)
		return NULL;
	for (size_t i = 0; i < files->count; i++)
		free(files->all[i].path);
	free(files->all);
	free(files);
	return NULL;
}

/* Where `fd` stands or would stand. */
static size_t place_of(const struct tracefs_files *files, int fd)
{
	size_t low = 0, high = files->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (files->all[middle].fd < fd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct tracefs_files *files, size_t at, int fd)
{
	return at < files->count && files->all[at].fd == fd;
}

const struct tracefs_file *tracefs_files_find(const struct tracefs_files *files, int fd)
{
	size_t at = files ? place_of(files, fd) : 0;

	return files && is_at(files, at, fd) ? &files->all[at] : NULL;
}

static void make_own(struct tracefs_files **files)
{
	struct tracefs_files *before = *files;

	if (before && before->users == 1)
		return;
	*files = files_new();
	if (!before)
		return;
	(*files)->all = xrealloc(NULL, before->count + 1, sizeof(*before->all));
	(*files)->count = before->count;
	for (size_t i = 0; i < before->count; i++) {
		(*files)->all[i] = before->all[i];
		if (before->all[i].path)
			(*files)->all[i].path = xstrdup(before->all[i].path);
	}
	tracefs_files_leave(before);
}

void tracefs_files_open(struct tracefs_files **files, int fd, const char *path, enum file_kind kind, bool until_exec)
{
	struct tracefs_file file = { fd, until_exec, path ? xstrdup(path) : NULL, kind };
	struct tracefs_files *own;
	size_t at;

	make_own(files);
	own = *files;
	at = place_of(own, fd);
	if (is_at(own, at, fd)) {
		free(own->all[at].path);
	} else {
		own->all = xrealloc(own->all, own->count + 1, sizeof(*own->all));
		for (size_t i = own->count++; i > at; i--)
			own->all[i] = own->all[i - 1];
	}
	own->all[at] = file;
}

static void drop(struct tracefs_files *files, size_t at)
{
	free(files->all[at].path);
	files->count--;
	for (size_t i = at; i < files->count; i++)
		files->all[i] = files->all[i + 1];
}

void tracefs_files_close(struct tracefs_files **files, uint32_t first, uint32_t last)
{
	size_t at = *files && first <= INT_MAX ? place_of(*files, (int)first) : 0;

	if (!*files || first > INT_MAX || at >= (*files)->count || (uint32_t)(*files)->all[at].fd > last)
		return;
	make_own(files);
	while (at < (*files)->count && (uint32_t)(*files)->all[at].fd <= last)
		drop(*files, at);
}

void tracefs_files_copy(struct tracefs_files **files, int from, int to, bool until_exec)
{
	const struct tracefs_file *file = tracefs_files_find(*files, from);
	auto_free char *path = file && file->path ? xstrdup(file->path) : NULL;

	if (from == to)
		return;
	if (file)
		tracefs_files_open(files, to, path, file->kind, until_exec);
	else
		tracefs_files_close(files, (uint32_t)to, (uint32_t)to);
}

void tracefs_files_exec(struct tracefs_files **files)
{
	make_own(files);
	for (size_t i = (*files)->count; i > 0; i--)
		if ((*files)->all[i - 1].until_exec)
			drop(*files, i - 1);
}

/* proc_pid_fdinfo(5): in octal. Descriptors of ours, which a child has until it executes its program, must not outlast that. */
static bool is_until_exec(pid_t pid, int fd)
{
	auto_free char *flags = NULL;
	char file[32];

	snprintf(file, sizeof(file), "fdinfo/%d", fd);
	flags = read_task_field(pid, file, "flags:");
	return flags && strtoul(flags, NULL, 8) & O_CLOEXEC;
}

static void add_now(struct tracefs_files **files, pid_t pid, int fd)
{
	char link[32], name[64];
	auto_free char *path = NULL;
	struct stat st;

	snprintf(link, sizeof(link), "fd/%d", fd);
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)pid, fd);
	path = read_task_link(pid, link);
	if (path && path[0] == '/' && stat(name, &st) == 0)
		tracefs_files_open(files, fd, path, file_kind_from_mode(st.st_mode), is_until_exec(pid, fd));
}

struct tracefs_files *tracefs_files_now(pid_t pid)
{
	struct tracefs_files *files = files_new();
	const struct dirent *entry;
	char name[64];
	DIR *folder;

	snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
	folder = opendir(name);
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			add_now(&files, pid, (int)strtol(entry->d_name, NULL, 10));
	if (folder)
		closedir(folder);
	return files;
}
