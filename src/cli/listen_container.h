/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers of one listener, each on its way into a trace file of its own: DIR/NAME.ID.trace.json.
 *
 * containers_hooks() gives the listener what it tells of a container; what is asked here is for those who wait for the
 * containers or show them. Messages about one container (it began, it ended, it is refused) are printed here and nowhere else.
 *
 * Who a container is, its engine may tell while it runs, or a moment after it has ended: only then its name is final,
 * and its trace is written. Two containers of one name are two files, which `snug merge` unites; a container
 * that was started again adds its run to its own file. No file of anything else is ever replaced.
 */
#ifndef SNUG_CLI_LISTEN_CONTAINER_H
#define SNUG_CLI_LISTEN_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/folder_owner.h"
#include "cli/listen_base.h"
#include "cli/oci_runtime.h"
#include "cli/recording.h"
#include "cli/trace_writer.h"
#include "snug/bundle.h"
#include "snug/engine.h"
#include "snug/filter.h"
#include "snug/listener.h"

struct listen_containers;

/* One container that runs, or has ended and waits for its engine's answer. */
struct container_recording {
	struct listen_containers *all;	/* borrowed */
	struct recording recording;	/* its trace is what was learnt so far */
	char *id;			/* owned; the runtime's */
	char *name;			/* owned; what people call it, fit to be a part of a file's name */
	char *stem;			/* owned; how its trace's path begins, NULL until the name is final */
	char *output;			/* owned; path of its trace, NULL until it was written */
	char *given;			/* owned; the name that a person gave it, NULL = none */
	char *folder;			/* owned; its bundle, NULL = not said */
	struct bundle bundle;
	struct filter *base;		/* owned; of the profile that it has without us, NULL = not known, or none */
	struct engine_query *query;	/* owned; NULL = nobody is being asked */
	bool ended;			/* its trace grows no more */
	bool resumed;			/* another worker has said that it is recorded */
	struct container_recording *next;
};

#define DISK_SLOW_MS 5000	/* of the last traces: then it is said, and they may be given up */
#define RUNNING_MAX 512		/* bytes */
#define CONTAINER_NAME_SHOWN 16

/* What the listener's worker, in which all this happens, lets the process see that started it. */
struct listen_seen {
	size_t ended;			/* traces that were written, or should have been */
	size_t incomplete;		/* of these */
	size_t hidden;			/* containers that were not recorded: their processes cannot be seen from here */
	size_t tried;			/* containers of a trial */
	char beyond[CONTAINER_NAME_SHOWN];	/* one of them that has more than `limit`; "" = none */
	bool lines;			/* the terminal is free for a line a container; set by the other process */
	char running[RUNNING_MAX];	/* "web, db and 3 more", the oldest first; "" = none */
};

struct listen_containers {
	const char *folder;		/* borrowed; traces go there */
	const struct folder_owner *owner;	/* borrowed; of the folder */
	struct listen_base *base;	/* borrowed; judges the calls meanwhile */
	bool is_trial;			/* they are looked at and served, and nothing of them is kept; set before the listener starts */
	uint64_t limit;			/* of a trial: the capabilities that they may have */
	struct oci_runtimes runtimes;	/* owned; that may make them */
	struct container_recording *running;	/* owned, the newest first */
	struct container_recording *finishing;	/* owned, in the order of their ends; not written yet */
	bool traced;			/* no call of theirs is held: the base confines them itself */
	bool audited;			/* audit tells of them: nobody judges their calls but their own filters */
	struct trace_writer writer;
	struct container_recording *writing;	/* whose trace is being written, NULL = none */
	bool writes_last;		/* its trace is whole, and it is done then */
	int engines_fd;			/* owned; epoll of the engines' answers, and the writer's */
	struct listen_seen *seen;	/* owned; shared by both processes */
};

int containers_open(struct listen_containers *containers, const char *folder, struct listen_base *base, struct error *err);

void containers_close(struct listen_containers *containers);

/* What a listener is to be given; `containers` must stay where it is, and outlive the listener. */
struct listener_hooks containers_hooks(struct listen_containers *containers);

#endif
