/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups that may wait: for a disk, or for a server that may never answer.
 *
 * Who answers the calls of containers makes none of them itself, but has them made by helpers:
 *
 *	lookup_ask() → a helper walks → lookups_step() → lookup.done()
 *
 * A helper is a process and not a thread: while the server of a user-space file system has a request and does not answer,
 * nothing ends the task that waits (request_wait_answer(), fs/fuse/dev.c), and a thread would keep all of snug from
 * ending. Helpers are few; one that is late is given up and replaced, and the mount that it waits on is not asked again.
 */
#ifndef SNUG_RECORD_LOOKUP_H
#define SNUG_RECORD_LOOKUP_H

#include <stddef.h>

#include "record/resolve.h"
#include "snug/cleanup.h"

struct lookups;		/* the helpers, for all containers */
struct lookup_client;	/* one container */

/* What was found of one file. Borrowed during done(). */
struct looked {
	struct resolved file;		/* without a descriptor: */
	uint32_t access;		/* what the kernel itself does with it at an execve() */
	uint64_t capabilities;		/* that the file grants */
	struct owner *visited;		/* folders on the way to it */
	size_t visited_count;
};

enum lookup_want {
	LOOKUP_INTERPRETERS = 1 << 0,	/* more files follow: those that the kernel reads to execute it */
	LOOKUP_CAPABILITIES = 1 << 1,
};

/* Part of what the asker keeps; zeroed but for what is named here. */
struct lookup {
	struct resolve_request request;	/* the path is the asker's and has to live as long; `wait` is set here */
	struct origin origin;		/* taken over */
	uint32_t want;			/* set of enum lookup_want */
	uint32_t interpreter_access;	/* to a script's interpreter */
	/* Called once, possibly before lookup_ask() returns; the lookup is then the asker's again. Of the `count` files the first is
	 * the one that was asked for; 0 = given up, and then it may not ask itself. */
	void (*done)(struct lookup *lookup, const struct looked *files, size_t count);

	struct lookup_client *client;
	uint64_t mount;			/* that it waits on */
	struct lookup *next;
};

struct lookups *lookups_new(void);
struct lookups *lookups_free(struct lookups *lookups);	/* after its clients; accepts NULL, returns NULL */
DEFINE_CLEANUP(struct lookups *, lookups_free);

int lookups_descriptor(const struct lookups *lookups);	/* for epoll: readable when lookups_step() has something to do */
void lookups_step(struct lookups *lookups);

/* `resolver` (borrowed) is told of the symlinks that helpers read. */
struct lookup_client *lookup_client_new(struct lookups *lookups, struct resolver *resolver);
/* Gives up what it still waits for. Accepts NULL, returns NULL. */
struct lookup_client *lookup_client_free(struct lookup_client *client);

void lookup_ask(struct lookup_client *client, struct lookup *lookup);

size_t lookup_client_waits(const struct lookup_client *client);	/* look-ups that are not done */
/* The container has ended: what only waits for its turn on a server is given up. */
void lookup_client_ends(struct lookup_client *client);
bool lookup_client_gave_up(const struct lookup_client *client);	/* has any look-up been given up? */

#endif
