/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a process stands: its root and its working folder, held open, since it may be gone when its calls are read.
 *
 * A process shares its parent's place until it moves.
 */
#ifndef SNUG_RECORD_TRACEFS_PLACE_H
#define SNUG_RECORD_TRACEFS_PLACE_H

#include <sys/types.h>

#include "record/resolve.h"

struct tracefs_place;

/* Where /proc says that `pid` stands now; NULL when it cannot be seen. */
struct tracefs_place *tracefs_place_open(struct resolver *resolver, pid_t pid);
struct tracefs_place *tracefs_place_share(struct tracefs_place *place);		/* accepts and returns NULL */
struct tracefs_place *tracefs_place_leave(struct tracefs_place *place);		/* accepts NULL, returns NULL */

/* Looks up `path` as who stands there would; `tid` is for names like /proc/self. Without a place nothing is found. */
void tracefs_place_resolve(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path,
			   struct resolved *ret);

#endif
