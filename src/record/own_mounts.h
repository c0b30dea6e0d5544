/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of our own mount namespace, as far as they may make somebody wait.
 *
 * A walk of many parts may be made by one call where nothing on its way is answered for by another machine or by a program,
 * which might be our own tracee. Which mounts there are is read once, and again when the kernel says that they have changed.
 */
#ifndef SNUG_RECORD_OWN_MOUNTS_H
#define SNUG_RECORD_OWN_MOUNTS_H

#include <stdbool.h>
#include <sys/stat.h>

struct own_mounts;

struct own_mounts *own_mounts_new(void);
struct own_mounts *own_mounts_free(struct own_mounts *mounts);	/* accepts NULL, returns NULL */

/* Does the way down from `at` (statx(2), with mount id) along `path` stay on mounts that answer by themselves? Holds for a path
 * without symlinks and "..". */
bool own_mounts_answer(struct own_mounts *mounts, const struct statx *at, const char *path);

#endif
