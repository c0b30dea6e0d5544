/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a process stands: its root and its working folder, held open, since it may be gone when its calls are read.
 *
 * A process shares its parent's place until it moves.
 */
#ifndef SNUG_RECORD_TRACEFS_PLACE_H
#define SNUG_RECORD_TRACEFS_PLACE_H

#include <stdint.h>
#include <sys/types.h>

#include "record/resolve.h"

struct tracefs_place;

/* Where /proc says that `pid` stands now; NULL when it cannot be seen. */
struct tracefs_place *tracefs_place_open(struct resolver *resolver, pid_t pid);
struct tracefs_place *tracefs_place_share(struct tracefs_place *place);		/* accepts and returns NULL */
struct tracefs_place *tracefs_place_leave(struct tracefs_place *place);		/* accepts NULL, returns NULL */

/* No other place has this number, whenever it was made; 0 of NULL. */
uint64_t tracefs_place_number(const struct tracefs_place *place);

/* Where a path of who stands there begins; to be closed by origin_close(). False when nobody knows. */
bool tracefs_place_start(const struct tracefs_place *place, struct origin *ret);
/* Opens, as O_PATH, a path that was resolved before: one from the root of the mount namespace. -1 when it is gone. */
int tracefs_place_reopen(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path);
/* The place of who has gone on to the folder `fd`, or made it the root; NULL when that is not known (-1). Leaves `place`. */
struct tracefs_place *tracefs_place_move(struct tracefs_place *place, int fd, bool to_root);

/* Looks up `path` as who stands there would; `tid` is for names like /proc/self. Without a place nothing is found. */
void tracefs_place_resolve(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path,
			   struct resolved *ret);

#endif
