/* SPDX-License-Identifier: Apache-2.0 */
/* Names that calls have taken away; see removals.h. */
#include "record/removals.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

#define KEPT_MIN 64
#define UNDER_WAY UINT64_MAX

/* The last part of a path; NULL where that is none of its own: "..", ".", "". Owned by the caller. */
static char *last_part(const char *path)
{
	size_t end = path ? strlen(path) : 0, start;

	while (end && path[end - 1] == '/')
		end--;
	for (start = end; start && path[start - 1] != '/'; start--)
		;
	if (start == end || strncmp(path + start, "..", end - start) == 0)
		return NULL;
	return xmemdup(path + start, end - start);
}

/* The one that ended first, if enough are kept; else a new one. */
static struct removal *find_room(struct removals *removals)
{
	struct removal *oldest = NULL;

	for (size_t i = 0; i < removals->count; i++)
		if (!oldest || removals->kept[i].ended < oldest->ended)
			oldest = &removals->kept[i];
	if (removals->count >= KEPT_MIN && oldest->ended != UNDER_WAY)
		return oldest;
	removals->kept = xrealloc(removals->kept, removals->count + 1, sizeof(*removals->kept));
	removals->kept[removals->count] = (struct removal){ 0 };
	return &removals->kept[removals->count++];
}

void removals_begin(struct removals *removals, pid_t tid, const char *path)
{
	struct removal *room = find_room(removals);

	removals->now++;
	if (room->ended > removals->forgotten)
		removals->forgotten = room->ended;
	free(room->name);
	*room = (struct removal){ .name = last_part(path), .tid = tid, .ended = UNDER_WAY };
}

void removals_end(struct removals *removals, pid_t tid)
{
	removals->now++;
	for (size_t i = 0; i < removals->count; i++)
		if (removals->kept[i].tid == tid && removals->kept[i].ended == UNDER_WAY)
			removals->kept[i].ended = removals->now;
}

uint64_t removals_now(const struct removals *removals)
{
	return removals->now;
}

static bool has_part(const char *path, const char *part)
{
	size_t length = strlen(part);

	for (const char *at = path; *at; at += *at == '/') {
		size_t here = strcspn(at, "/");

		if (here == length && memcmp(at, part, length) == 0)
			return true;
		at += here;
	}
	return false;
}

bool removals_since(const struct removals *removals, uint64_t then, const char *path)
{
	if (removals->forgotten > then)
		return true;
	for (size_t i = 0; i < removals->count; i++) {
		const struct removal *removal = &removals->kept[i];

		if (removal->ended > then && (!removal->name || !path || has_part(path, removal->name)))
			return true;
	}
	return false;
}

void removals_done(struct removals *removals)
{
	for (size_t i = 0; i < removals->count; i++)
		free(removals->kept[i].name);
	free(removals->kept);
	*removals = (struct removals){ 0 };
}
