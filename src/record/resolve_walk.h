/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk along a path, part after part: what the files of the resolver share.
 *
 *	resolve.c	the walk itself, and what it comes to
 *	resolve_leap.c	many parts at once, where nobody asks what is on the way
 */
#ifndef SNUG_RECORD_RESOLVE_WALK_H
#define SNUG_RECORD_RESOLVE_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "record/mount_kind.h"
#include "record/own_mounts.h"
#include "record/resolve.h"
#include "snug/map.h"

struct resolver {
	struct mount_kinds *mounts;	/* owned */
	struct own_mounts *own_mounts;	/* owned; NULL until they are asked for */
	bool cannot_leap;		/* this kernel does not know how, or somebody does not let us; */
	bool cannot_leap_to_end;	/* nor by what is cached */
	struct map *links;		/* struct link_id → text, owned */
};

/* Where a walk stands. */
struct walk {
	struct resolver *resolver;
	const struct resolve_request *request;
	int root;		/* O_PATH; borrowed */
	int at;			/* O_PATH; owned, unless it is `root` */
	struct statx root_st, at_st;
	char *rest;		/* owned: what is still to walk, from `next` on */
	const char *next;
	unsigned int links;
	struct resolved *ret;
};

bool walk_is_from_root(const struct resolve_request *request);
enum mount_kind walk_kind(struct walk *walk);	/* of the mount where it stands */

/* The walk goes on from `fd`, which it owns from now on; a negative errno is passed on. */
int walk_into(struct walk *walk, int fd);
void walk_leave(struct walk *walk);	/* it stands nowhere */

/* It has ended where it stands. `place`: its name, NULL = to be asked for; owned from now on. */
void walk_finish(struct walk *walk, bool has_parts, char *place);

/*
 * Where an O_PATH descriptor of ours is, from the root of its mount namespace: d_path() does not stop at our own root when that is
 * not above it. The caller frees it; NULL: it has no place.
 */
char *place_name(int fd);

/* To the folder of the last part by one call, where no symlink and nobody to wait for is on the way. Else nothing has happened. */
void walk_leap(struct walk *walk);

/*
 * The whole way by one call or two, from our own root, where nobody asks for what is on it. By what is cached, so that it waits for
 * nobody, and never through a link of /proc, which means another file to each reader. False: nothing has happened.
 */
bool walk_leap_to_end(struct walk *walk);

#endif
