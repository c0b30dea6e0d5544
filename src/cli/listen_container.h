/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers of one listener, each on its way into a trace file of its own: DIR/NAME.ID.trace.json.
 *
 * containers_hooks() gives the listener what it tells of a container; what is asked here is for those who wait for the
 * containers or show them. Messages about one container (it began, it ended, it is refused) are printed here and nowhere else.
 */
#ifndef SNUG_CLI_LISTEN_CONTAINER_H
#define SNUG_CLI_LISTEN_CONTAINER_H

#include <stddef.h>

#include "cli/recording.h"
#include "snug/filter.h"
#include "snug/listener.h"

/* One container that runs. */
struct container_recording {
	struct recording recording;	/* its trace is what was learnt so far */
	char *id;			/* owned; the runtime's */
	char *name;			/* owned; what people call it, fit to be a part of a file's name */
	char *output;			/* owned; path of its trace */
	struct container_recording *next;
};

struct listen_containers {
	const char *folder;		/* borrowed; traces go there */
	const struct filter *base;	/* borrowed; judges the calls meanwhile, NULL = unconfined */
	struct container_recording *running;	/* owned, the newest first */
	size_t ended;			/* traces that were written, or should have been */
	size_t incomplete;		/* of these */
};

/* What a listener is to be given; `containers` must stay where it is, and outlive the listener. */
struct listener_hooks containers_hooks(struct listen_containers *containers);

/* Writes the traces for which it is time. */
void containers_checkpoint(struct listen_containers *containers);

#endif
