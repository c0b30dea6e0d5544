/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is written, the summary has few lines of it, and no path is forgotten. */
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/summary.h"
#include "tests/random_event.h"
#include "tests/tap.h"

#define ROUNDS 200
#define LINES_MAX 8

static void add_write(struct trace *trace, const char *path)
{
	struct event event = { .kind = EVENT_FILE, .file = {
		.path = path, .kind = FILE_KIND_FILE, .access = ACCESS_WRITE, .outcome = OUTCOME_OK } };

	trace_add_event(trace, &event);
}

/* Folders whose names are beginnings of each other, files beside folders, deep and flat. */
static void add_random_writes(struct random *random, struct trace *trace, uint32_t count)
{
	static const char *const names[] = { "a", "a-b", "ab", "b", "z" };

	for (uint32_t i = 0; i < count; i++) {
		CLEANUP(text_done) struct text path = TEXT_EMPTY;

		for (uint32_t depth = 1 + random_below(random, 5); depth; depth--)
			text_printf(&path, "/%s", names[random_below(random, ARRAY_SIZE(names))]);
		add_write(trace, text_cstr(&path));
	}
}

struct writes {
	size_t lines, paths;
};

/* Of the rows "Writes PATH" and "PATH (N paths)". */
static struct writes count_writes(const char *summary)
{
	struct writes writes = { 0 };
	const char *line = strstr(summary, "Writes ");

	for (; line && *line; line = strchr(line, '\n') + 1) {
		const char *folded = memchr(line, '(', strcspn(line, "\n"));

		writes.lines++;
		writes.paths += folded ? strtoul(folded + 1, NULL, 10) : 1;
	}
	return writes;
}

static bool check_random_writes(struct random *random)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	CLEANUP(text_done) struct text summary = TEXT_EMPTY;
	struct writes writes;

	trace_begin_run(trace, "r1");
	add_random_writes(random, trace, 1 + random_below(random, 200));
	summary_write(trace, &(struct summary_options){ .columns = 80 }, &summary);
	writes = count_writes(text_cstr(&summary));
	return writes.lines <= LINES_MAX && writes.paths == map_count(trace->files);
}

static void test_folding(void)
{
	struct random random = { 7 };
	size_t passed = 0;

	for (size_t i = 0; i < ROUNDS; i++)
		passed += check_random_writes(&random);
	ok_int((long long)passed, ROUNDS);
}

/* The folder of many is folded, the file beside it is not. */
static void test_fold_the_crowd(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	CLEANUP(text_done) struct text summary = TEXT_EMPTY;
	char path[64];

	trace_begin_run(trace, "r1");
	add_write(trace, "/srv/deep/down/here/one");
	add_write(trace, "/var/cache/app");
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "/var/cache/app/%d", i);
		add_write(trace, path);
	}
	summary_write(trace, &(struct summary_options){ .columns = 80 }, &summary);
	ok(strstr(text_cstr(&summary), "Writes         /srv/deep/down/here/one\n") != NULL);
	ok(strstr(text_cstr(&summary), "               /var/cache/app/ (21 paths)\n") != NULL);
}

int main(void)
{
	test_folding();
	test_fold_the_crowd();
	return done();
}
