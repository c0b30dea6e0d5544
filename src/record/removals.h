/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names calls have taken away, or may be about to: whoever looked for one of them late, and did not find it, cannot
 * tell whether it was there before.
 *
 * Who is blind to results does not see when such a call takes effect, but knows when it was made and when its caller had come
 * back from it. Few of those that are over are kept; what is forgotten makes a look-up that began before that doubtful, never wrong.
 */
#ifndef SNUG_RECORD_REMOVALS_H
#define SNUG_RECORD_REMOVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct removal {
	char *name;		/* owned; one part of a path, NULL = any: a mount, a path that cannot be read */
	pid_t tid;		/* whose call it is */
	uint64_t ended;		/* when its caller had come back from it; UINT64_MAX = not yet, 0 = free */
};

/* Zeroed memory has none. */
struct removals {
	struct removal *kept;	/* owned; as many as there are tasks in the middle of one, and a few that are over */
	size_t count;
	uint64_t now;		/* counts what happens here */
	uint64_t forgotten;	/* when the last that is not kept any more had ended */
};

/* `path` as the call names it; NULL = any name. */
void removals_begin(struct removals *removals, pid_t tid, const char *path);
void removals_end(struct removals *removals, pid_t tid);	/* those of this task's last call */
uint64_t removals_now(const struct removals *removals);

/* May a part of `path`, which was not found, have been taken away since then? */
bool removals_since(const struct removals *removals, uint64_t then, const char *path);
void removals_done(struct removals *removals);

#endif
