/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file a container's trace goes into: STEM.trace.json, with a number where a file of that name is something else.
 *
 * The file of the same container is taken again, and what it holds united with the trace: what the container did before it was
 * started again, and an earlier copy of the same run. No file of anything else is ever replaced.
 */
#ifndef SNUG_CLI_TRACE_PLACE_H
#define SNUG_CLI_TRACE_PLACE_H

#include "snug/error.h"
#include "snug/string_set.h"
#include "snug/trace.h"

struct trace_place {
	const char *stem;		/* all borrowed */
	const char *container;		/* id */
	const struct string_set *taken;	/* paths of other containers of this listener */
	const char *run;		/* an id like no other, for whoever finds a thousand files there */
};

/* The path, owned by the caller; `trace` has now all that its file had. NULL when the folder cannot be looked into: what is
 * there would be lost. Reads files, and may wait for a disk. */
char *trace_place_choose(const struct trace_place *place, struct trace *trace, struct error *err);

#endif
