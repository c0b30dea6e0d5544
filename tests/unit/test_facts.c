/* SPDX-License-Identifier: Apache-2.0 */
/* Committed facts: reduced again with the same behaviour of another run, they are the same bytes. */
#include "snug/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "tests/tap.h"

/* NAME stands for what is drawn anew in each run. */
static const struct row {
	const char *path;
	enum file_kind kind;
	uint32_t access;
} rows[] = {
	{ "/srv/site/.git/HEAD", FILE_KIND_FILE, ACCESS_READ },
	{ "/srv/site/.git/objects/info", FILE_KIND_FOLDER, ACCESS_CREATE | ACCESS_READ },
	{ "/srv/site/.git/objects/NAME", FILE_KIND_FOLDER, ACCESS_CREATE },
	{ "/srv/data/draft.Ab3NAMEx", FILE_KIND_FILE, ACCESS_CREATE | ACCESS_WRITE | ACCESS_LOOK },
	{ "/srv/data/draft.of-all", FILE_KIND_FILE, ACCESS_CREATE | ACCESS_WRITE },
	{ "/srv/data/only-looked-at", FILE_KIND_FILE, ACCESS_LOOK },
	{ "/dev/shm/sem.Ab3NAMEx", FILE_KIND_FILE, ACCESS_CREATE | ACCESS_DELETE },
	{ "/dev/shm/sem.mp-abc1d2NAME", FILE_KIND_FILE, ACCESS_LINK_TO | ACCESS_DELETE },
	{ "/usr/share/zoneinfo/Etc/NAME", FILE_KIND_FILE, ACCESS_READ },
};

static void add_run(struct trace *trace, const char *run, const char *name)
{
	trace_begin_run(trace, run);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *mark = strstr(rows[i].path, "NAME");
		auto_free char *path = mark ? xasprintf("%.*s%s%s", (int)(mark - rows[i].path), rows[i].path, name,
							mark + strlen("NAME")) : xstrdup(rows[i].path);
		struct event event = {
			.kind = EVENT_FILE, .by = "/bin/program",
			.file = { .path = path, .kind = rows[i].kind, .access = rows[i].access, .outcome = OUTCOME_OK },
		};

		trace_add_event(trace, &event);
	}
}

/* Owned by the caller. */
static char *text_of(struct trace *trace)
{
	char *data = NULL;
	size_t length = 0;
	FILE *stream = memory_checked(open_memstream(&data, &length));

	trace_write(trace, stream);
	fclose(stream);
	return data;
}

/* What an update makes of another run and of what stands in the repository. */
static struct trace *updated(const char *run, const char *name, struct trace *known)
{
	CLEANUP(trace_freep) struct trace *all = trace_new();

	add_run(all, run, name);
	if (known)
		trace_merge(all, known);
	return facts_reduce(all, known, NULL);
}

int main(void)
{
	CLEANUP(trace_freep) struct trace *first = updated("run-1", "a1", NULL), *second = updated("run-2", "b2", first);
	CLEANUP(trace_freep) struct trace *third = updated("run-3", "c3", second), *fourth = updated("run-4", "d4", third);
	auto_free char *early = text_of(first), *later = text_of(third), *latest = text_of(fourth);

	ok(strstr(early, "/srv/site/.git/objects/info") != NULL);
	ok(strstr(early, "\"/dev/shm/sem.mp-*\"") != NULL);
	ok(strstr(early, "only-looked-at") == NULL);
	ok(strstr(later, "/srv/site/.git/objects/info") != NULL);	/* the pattern beside it does not take it up */
	ok(strstr(later, "/srv/data/draft.of-all") != NULL);
	ok(strstr(later, "zoneinfo/**") != NULL);
	ok_str(latest, later);
	return done();
}
