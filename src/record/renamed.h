/* SPDX-License-Identifier: Apache-2.0 */
/* What a path is called after a folder on it, or the file itself, has got another name. */
#ifndef SNUG_RECORD_RENAMED_H
#define SNUG_RECORD_RENAMED_H

#include <stdbool.h>

#include "record/resolve.h"

/* Is it `folder`, or somewhere below? */
bool path_is_at_or_below(const char *path, const char *folder);

/* With `to` in the place of `from` at its beginning: owned by the caller; NULL when it does not begin so. */
char *path_renamed(const char *path, const char *from, const char *to);

/* Of a path that began in origin->at, and was looked up only now: the folder may have got another name since, by a call that is
 * told later, and what it was called `then` counts (NULL: nobody knows). False when that does not tell the whole path. */
bool resolved_as_then(struct resolver *resolver, pid_t tid, const struct origin *origin, const char *then,
		      struct resolved *resolved);

#endif
