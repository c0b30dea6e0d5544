/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's tracing, and a private instance of it.
 *
 * An instance has its own buffers, its own list of members and its own switches, so that nobody else's tracing is
 * disturbed and nobody else disturbs ours. It is a folder, instances/snug-…, that is locked as long as we live:
 * one whose lock is free was left behind by a crash, and the next start removes it.
 */
#ifndef SNUG_RECORD_TRACEFS_INSTANCE_H
#define SNUG_RECORD_TRACEFS_INSTANCE_H

#include <stdbool.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/text.h"

struct tracefs_instance {
	int root;		/* owned; tracefs itself */
	int folder;		/* owned; the instance, locked */
	char name[64];		/* "snug-1234-1" */
};

#define TRACEFS_INSTANCE_NONE { .root = -1, .folder = -1 }

/* Opens tracefs where it is mounted, else mounts it where only we see it. */
int tracefs_root_open(int *ret, struct error *err);

int tracefs_instance_make(struct tracefs_instance *ret, struct error *err);
void tracefs_instance_remove(struct tracefs_instance *instance);	/* whoever has a file of it open must close it before */

/* The name of the group that this instance's dynamic events, which are everybody's, belong to: "snug_1234_1". */
void tracefs_instance_group(const struct tracefs_instance *instance, char ret[static 64]);

/* Removes what crashes have left behind. Returns how many instances. */
int tracefs_instances_clean(int root);

/* Files by their path under `folder`. Negative errno; messages are the caller's. */
int tracefs_file_write(int folder, const char *path, const char *text);
int tracefs_file_append(int folder, const char *path, const char *text);	/* never drops what stands there */
int tracefs_file_read(int folder, const char *path, struct text *out);
int tracefs_file_open(int folder, const char *path, int flags);
bool tracefs_file_exists(int folder, const char *path);

#endif
