/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files in, whole files out.
 *
 * A file is replaced atomically: written beside its final place, synced, and
 * renamed over it, so that a full disk or a crash leaves the old one as it
 * was. What would end the program from a terminal, or politely, waits until a draft
 * has become the file or is gone. "-" stands for standard input and standard output. What root makes gets the owner and group of the folder
 * that it is made in, so that files written under sudo are the person's.
 */
#ifndef SNUG_FILE_H
#define SNUG_FILE_H

#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#include "snug/error.h"
#include "snug/text.h"

/* Appends the whole of `path` to `out`. -EFBIG past `limit` bytes (0 = no limit). */
int file_read(const char *path, size_t limit, struct text *out, struct error *err);

/* Replaces `path` by `length` bytes; mode 0666 less the umask, or the mode of the file that is replaced. */
int file_write(const char *path, const void *data, size_t length, struct error *err);

/* Replaces a file of somebody else's: it keeps owner and group, too. -ENOENT when it is not there. */
int file_replace(const char *path, const void *data, size_t length, struct error *err);

/* Content that is too large to hold: write to `stream`, then commit or abandon. */
struct file_draft {
	FILE *stream;		/* owned */
	char *path;		/* owned; final place, NULL for standard output */
	char *draft;		/* owned; where it is being written */
	sigset_t signals;	/* those that were blocked before, if there is a draft */
};

int file_draft_open(struct file_draft *ret, const char *path, struct error *err);
int file_draft_commit(struct file_draft *draft, struct error *err);	/* ends the draft, also on failure */
void file_draft_done(struct file_draft *draft);			/* abandons it unless it has ended */

/* Several files as one: none is replaced before all are written and synced, so that a full disk leaves all as they were. Only a crash
 * between the renames can leave some of each. */
struct file_content {
	char *path;		/* owned */
	struct text text;
};

int file_write_set(const struct file_content *files, size_t count, struct error *err);

/* mkdir -p. Existing folders are fine. */
int file_make_folder(const char *path, struct error *err);

#endif
