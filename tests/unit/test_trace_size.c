/* SPDX-License-Identifier: Apache-2.0 */
/* Memory grows with what is distinct, and modestly: 100,000 paths fit into 32 MiB. */
#include <malloc.h>

#include "snug/cleanup.h"
#include "snug/trace.h"
#include "tests/tap.h"

#define PATHS 100000
#define PATHS_SIZE_MAX ((size_t)32 << 20)	/* bytes of heap */

/* 0 where another allocator is in place (sanitizers): nothing can be said there. */
static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void add_paths(struct trace *trace)
{
	static const char *const programs[] = { "/usr/bin/python3.11", "/bin/sh" };
	char path[128];

	for (int i = 0; i < PATHS; i++) {
		struct event event = { .kind = EVENT_FILE, .by = programs[i % 3 == 0], .file = {
			.path = path, .kind = FILE_KIND_FILE, .access = ACCESS_READ, .outcome = OUTCOME_OK } };

		snprintf(path, sizeof(path), "/usr/lib/python3/dist-packages/package%d/module%07d.py", i % 500, i);
		trace_add_event(trace, &event);
	}
}

int main(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	size_t before, once, again;

	setbuf(stdout, NULL);	/* its buffer is no part of this */
	before = heap_in_use();
	trace_begin_run(trace, "r1");
	add_paths(trace);
	once = heap_in_use();
	ok_int((long long)map_count(trace->files), PATHS);
	ok(once - before < PATHS_SIZE_MAX);
	printf("# %zu bytes a path\n", (once - before) / PATHS);
	ok(map_count(trace->shared_sets) < 10);
	add_paths(trace);
	again = heap_in_use();
	ok_int((long long)(again - once), 0);
	return done();
}
