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

/* Where a path of who stands there begins; to be closed by origin_close(). False when nobody knows. */
bool tracefs_place_start(const struct tracefs_place *place, struct origin *ret);
unsigned long tracefs_place_number(const struct tracefs_place *place);	/* no other place has it, nor will; 0 without one */
/* What its working folder is called, by all calls that were told so far; NULL = nobody knows. */
const char *tracefs_place_name(const struct tracefs_place *place);
/* As tracefs_files_rename(). */
void tracefs_place_rename(struct tracefs_place *place, const char *from, const char *to, bool exchange, uint64_t nth);
/* Opens, as O_PATH, a path that was resolved before: one from the root of the mount namespace. -1 when it is gone. */
int tracefs_place_reopen(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path);
/* The place of who has gone on to the folder `fd`, or made it the root; NULL when that is not known (-1). Leaves `place`.
 * `name`: what the folder was called then. */
struct tracefs_place *tracefs_place_move(struct tracefs_place *place, int fd, const char *name, bool to_root);

/* Looks up `path` as who stands there would; `tid` is for names like /proc/self. Without a place nothing is found. */
void tracefs_place_resolve(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path,
			   struct resolved *ret);

#endif
