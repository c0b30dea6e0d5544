/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a container's trace goes into. */
#include "cli/trace_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define NAMES_TRIED 1000	/* files of one name that are none of this container */

static bool is_of_container(struct trace *trace, const char *id)
{
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (!run->container || strcmp(run->container, id) != 0)
			return false;
	}
	return true;
}

static bool try_path(const struct trace_place *place, struct trace *trace, char *path)
{
	CLEANUP(trace_freep) struct trace *before = NULL;

	if (string_set_has(place->taken, path))
		return false;
	if (access(path, F_OK) < 0)
		return errno == ENOENT;
	if (trace_files_read(&before, &path, 1, NULL) < 0 || !is_of_container(before, place->container))
		return false;
	trace_merge(trace, before);
	return true;
}

char *trace_place_choose(const struct trace_place *place, struct trace *trace)
{
	for (int i = 1; i <= NAMES_TRIED; i++) {
		auto_free char *path = i == 1 ? xasprintf("%s.trace.json", place->stem)
					      : xasprintf("%s.%d.trace.json", place->stem, i);

		if (try_path(place, trace, path))
			return steal_ptr(path);
	}
	return xasprintf("%s.%s.trace.json", place->stem, place->run);
}
