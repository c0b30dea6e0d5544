/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that have told all they can: made again in the same way, they need not be decoded. A look-up takes many calls of ours.
 *
 * A key is everything that decides what such a call tells. What it tells is that one file was used; nobody is a symlink on the way.
 */
#ifndef SNUG_RECORD_TRACEFS_AGAIN_H
#define SNUG_RECORD_TRACEFS_AGAIN_H

#include <stdbool.h>

#include "snug/text.h"

struct tracefs_again;

struct tracefs_use {
	char *path;		/* owned; of the file */
	unsigned int count;	/* how often it came again */
};

struct tracefs_again *tracefs_again_new(void);
struct tracefs_again *tracefs_again_free(struct tracefs_again *again);	/* accepts NULL, returns NULL */

/* Lent until the next change; NULL when such a call was not made, or is not remembered any more. */
struct tracefs_use *tracefs_again_find(struct tracefs_again *again, const struct text *key);

/* False: there was no room, and all that was known is forgotten. What is very long is not remembered. */
bool tracefs_again_add(struct tracefs_again *again, const struct text *key, const char *path);

/* Does any call that is known use it? */
bool tracefs_again_uses(const struct tracefs_again *again, const char *path);

/* What a path names may be another file now. */
void tracefs_again_forget(struct tracefs_again *again);

#endif
