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

/* 1 = the trace may go there, 0 = something else is there, or a negative errno. */
static int try_path(const struct trace_place *place, struct trace *trace, char *path, struct error *err)
{
	CLEANUP(trace_freep) struct trace *before = NULL;

	if (string_set_has(place->taken, path))
		return 0;
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? 1 : error_errno(err, -errno, "cannot look at '%s'", path);
	if (trace_files_read(&before, &path, 1, NULL) < 0 || !is_of_container(before, place->container))
		return 0;
	trace_merge(trace, before);
	return 1;
}

char *trace_place_choose(const struct trace_place *place, struct trace *trace, struct error *err)
{
	int code = 0;

	for (int i = 1; code == 0 && i <= NAMES_TRIED; i++) {
		auto_free char *path = i == 1 ? xasprintf("%s.trace.json", place->stem)
					      : xasprintf("%s.%d.trace.json", place->stem, i);

		code = try_path(place, trace, path, err);
		if (code > 0)
			return steal_ptr(path);
	}
	return code < 0 ? NULL : xasprintf("%s.%s.trace.json", place->stem, place->run);
}
