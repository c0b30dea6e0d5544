/* SPDX-License-Identifier: Apache-2.0 */
/* Roots and folders of processes, shared by those that have not moved; see tracefs_place.h. */
#include "record/tracefs_place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

static uint64_t places_made;

struct tracefs_place {
	unsigned int users;
	uint64_t number;
	struct origin origin;	/* owned; both are open */
	bool own_root;		/* the root is ours */
	int top;		/* owned; the root of the mount namespace, as far as it is known */
};

static struct tracefs_place *place_new(void)
{
	struct tracefs_place *place = xcalloc(1, sizeof(*place));

	place->users = 1;
	place->number = ++places_made;
	return place;
}

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
	place = place_new();
	place->origin = origin;
	place->own_root = is_own_root(origin.root);
	place->top = fcntl(origin.root, F_DUPFD_CLOEXEC, 0);
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
		close(place->top);
		free(place);
	}
	return NULL;
}

uint64_t tracefs_place_number(const struct tracefs_place *place)
{
	return place ? place->number : 0;
}

bool tracefs_place_start(const struct tracefs_place *place, struct origin *ret)
{
	*ret = ORIGIN_NONE;
	if (!place)
		return false;
	ret->root = fcntl(place->origin.root, F_DUPFD_CLOEXEC, 0);
	ret->at = fcntl(place->origin.at, F_DUPFD_CLOEXEC, 0);
	return ret->root >= 0 && ret->at >= 0;
}

int tracefs_place_reopen(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path)
{
	const struct resolve_request request = { .tid = tid, .dirfd = AT_FDCWD, .path = path, .last_stays = true };
	struct resolved resolved;
	struct origin top;
	int fd;

	if (!place)
		return -1;
	top = (struct origin){ place->top, place->top };
	resolve_from(resolver, &request, &top, &resolved);
	fd = steal_fd(&resolved.fd);
	resolved_done(&resolved);
	return fd;
}

struct tracefs_place *tracefs_place_move(struct tracefs_place *place, int fd, bool to_root)
{
	struct tracefs_place *moved = NULL;

	if (place && fd >= 0) {
		moved = place_new();
		moved->top = fcntl(place->top, F_DUPFD_CLOEXEC, 0);
		moved->origin.root = fcntl(to_root ? fd : place->origin.root, F_DUPFD_CLOEXEC, 0);
		moved->own_root = place->own_root && !to_root;
		moved->origin.at = fcntl(to_root ? place->origin.at : fd, F_DUPFD_CLOEXEC, 0);
	}
	tracefs_place_leave(place);
	return moved;
}

void tracefs_place_resolve(const struct tracefs_place *place, struct resolver *resolver, pid_t tid, const char *path,
			   struct resolved *ret)
{
	struct resolve_request request = { .tid = tid, .dirfd = AT_FDCWD, .path = path, .may_leap = true };
	struct origin origin;

	*ret = RESOLVED_NONE;
	if (!place)
		return;
	request.only_end = place->own_root;
	origin = place->origin;
	if (path[0] == '/')
		origin.at = origin.root;
	resolve_from(resolver, &request, &origin, ret);
}
