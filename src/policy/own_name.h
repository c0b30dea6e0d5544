/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs put into names that is their run's own: the day, and the host, which engines call by the beginning of the
 * container's id. A trace holds both of each run, so that one run is enough to tell.
 */
#ifndef SNUG_POLICY_OWN_NAME_H
#define SNUG_POLICY_OWN_NAME_H

#include "policy/varying_part.h"
#include "snug/trace.h"

struct days {
	int64_t first, last;	/* since 1970 */
};

struct own_names {
	struct string_set ids;	/* of containers */
	struct days *days;	/* owned; of each run */
	size_t day_count;
};

void own_names_collect(struct own_names *ret, struct trace *trace);
void own_names_done(struct own_names *own);

/* The part of a path that begins here, up to a slash or the end, where something in it is a run's own; else NULL. Days are looked
 * for in names that the program gave. Owned by the caller. */
struct pieces *own_name_pieces(const struct own_names *own, const char *part, bool is_born);

#endif
