/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files a process has open, by what its calls told: its descriptors are others by the time that a call is read.
 *
 * A process shares its parent's until one of them changes them.
 */
#ifndef SNUG_RECORD_TRACEFS_FILES_H
#define SNUG_RECORD_TRACEFS_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/access.h"

struct tracefs_files;

struct tracefs_file {
	int fd;
	bool until_exec;	/* O_CLOEXEC */
	char *path;		/* owned; NULL: it is open, and nobody knows what it is */
	enum file_kind kind;
};

struct tracefs_files *tracefs_files_now(pid_t pid);	/* as /proc has them; never NULL */
struct tracefs_files *tracefs_files_share(struct tracefs_files *files);	/* accepts and returns NULL */
struct tracefs_files *tracefs_files_leave(struct tracefs_files *files);	/* accepts NULL, returns NULL */

/* NULL: it is no file, or was opened in a way that no call told. */
const struct tracefs_file *tracefs_files_find(const struct tracefs_files *files, int fd);

/* These replace `*files` where others share it. */
void tracefs_files_open(struct tracefs_files **files, int fd, const char *path, enum file_kind kind, bool until_exec);
void tracefs_files_close(struct tracefs_files **files, uint32_t first, uint32_t last);
void tracefs_files_copy(struct tracefs_files **files, int from, int to, bool until_exec);
void tracefs_files_exec(struct tracefs_files **files);

#endif
