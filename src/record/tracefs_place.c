/* SPDX-License-Identifier: Apache-2.0 */
/* Roots and folders of processes, shared by those that have not moved; see tracefs_place.h. */
#include "record/tracefs_place.h"

#include <fcntl.h>
#include <stdlib.h>

#include "snug/memory.h"

struct tracefs_place {
	unsigned int users;
	struct origin origin;	/* owned; both are open */
};

struct tracefs_place *tracefs_place_open(struct resolver *resolver, pid_t pid)
{
	const struct resolve_request request = { .tid = pid, .dirfd = AT_FDCWD, .path = "." };
	struct origin origin = ORIGIN_NONE;
	struct tracefs_place *place;

	origin_open(resolver, &request, &origin);
	if (origin.root < 0 || origin.at < 0) {
		origin_close(&origin);
		return NULL;
	}
	place = xcalloc(1, sizeof(*place));
	place->users = 1;
	place->origin = origin;
	return place;
}

struct tracefs_place *tracefs_place_share(struct tracefs_place *place)
{
	if (place)
		place->users++;
	return place;
}

struct tracefs_place *tracefs_place_leave(struct tracefs_place *place)
{
	if (place && --place->users == 0) {
		origin_close(&place->origin);
		free(place);
	}
	return NULL;
}

void tracefs_place_resolve(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path,
			   struct resolved *ret)
{
	const struct resolve_request request = { .tid = tid, .dirfd = AT_FDCWD, .path = path };
	struct origin origin;

	*ret = RESOLVED_NONE;
	if (!place)
		return;
	origin = place->origin;
	if (path[0] == '/')
		origin.at = origin.root;
	resolve_from(resolver, &request, &origin, ret);
}
