/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of traces, over random ones: nothing is lost on the way through a file, and merging is a union.
 * Two traces are equal when their canonical bytes are.
 */
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/json.h"
#include "snug/memory.h"
#include "snug/trace.h"
#include "tests/random_event.h"
#include "tests/tap.h"

#define ROUNDS 60
#define EVENTS_MAX 400	/* of one trace */

static char *canonical(struct trace *trace)
{
	char *data = NULL;
	size_t length;
	FILE *out = open_memstream(&data, &length);

	trace_write(trace, out);
	fclose(out);
	return data;
}

static struct trace *read_back(const char *json)
{
	struct trace *trace = NULL;
	struct error err = ERROR_NONE;

	if (trace_read(&trace, json, strlen(json), "random", &err) < 0)
		printf("# %s\n", err.text);
	return trace;
}

static void fill_run(struct random *random, struct trace_run *run)
{
	const char *text = random_or_none(random, random_text(random));

	run->recorder = text ? xstrdup(text) : NULL;
	run->start = xstrdup(random_text(random));
	text_add(&run->command, "sh\0\xff", 5);
	run->duration_ms = random_value(random);
	run->no_new_privs = random_below(random, 2);
	run->exit_status = (int)random_below(random, 300) - 1;
}

/* More values and addresses than a set keeps. */
static void overflow_sets(struct random *random, struct trace *trace)
{
	char address[32];

	for (int i = 0; i < 2 * TRACE_VALUES_MAX; i++) {
		struct event call = { .kind = EVENT_SYSCALL, .syscall = {
			.abi = arch_at(0), .number = 41, .args = { { "domain", random_below(random, 200) } }, .arg_count = 1 } };
		struct event bind = { .kind = EVENT_NETWORK, .network = { 2, 1, 6, SOCKET_BIND, address, OUTCOME_OK } };

		snprintf(address, sizeof(address), "127.0.0.1:%u", random_below(random, 200));
		trace_add_event(trace, &call);
		trace_add_event(trace, &bind);
	}
}

/* Few run ids, so that traces have runs in common. */
static struct trace *random_trace(struct random *random)
{
	static const char *const ids[] = { "r1", "r2", "r3" };
	struct trace *trace = trace_new();
	struct trace_run *run = trace_begin_run(trace, ids[random_below(random, ARRAY_SIZE(ids))]);
	uint32_t count = random_below(random, EVENTS_MAX);

	fill_run(random, run);
	for (uint32_t i = 0; i < count; i++) {
		struct event event = random_event(random);

		trace_add_event(trace, &event);
	}
	if (random_below(random, 2))
		overflow_sets(random, trace);
	trace_end_run(trace, random_below(random, 2));
	return trace;
}

static struct trace *merged(const char *a, const char *b)
{
	struct trace *into = read_back(a);
	CLEANUP(trace_freep) struct trace *from = read_back(b);

	trace_merge(into, from);
	return into;
}

/* Canonical bytes of the union of two traces in canonical bytes. */
static char *merge(const char *a, const char *b)
{
	CLEANUP(trace_freep) struct trace *both = merged(a, b);

	return canonical(both);
}

/* Entries are written without a tree: the same bytes all the same, but for what ends lines, which no string has in it. */
static void test_json(const char *written)
{
	auto_json json_t *tree = json_loads(written, JSON_REJECT_DUPLICATES, NULL);
	auto_free char *ours = xstrdup(written);
	const char *key;
	json_t *value;
	char *to = ours;

	for (const char *from = written; *from; from++)
		if (*from != '\n')
			*to++ = *from;
	*to = '\0';
	json_object_foreach(tree, key, value) {
		auto_free char *canonical = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
		auto_free char *member = xasprintf("\"%s\":%s", key, canonical);

		ok(strstr(ours, member));
	}
}

static void test_laws(struct random *random)
{
	CLEANUP(trace_freep) struct trace *x = random_trace(random), *y = random_trace(random), *z = random_trace(random);
	CLEANUP(trace_freep) struct trace *back = NULL;
	auto_free char *a = canonical(x), *b = canonical(y), *c = canonical(z);
	auto_free char *again = NULL, *aa = merge(a, a), *ab = merge(a, b), *ba = merge(b, a), *bc = merge(b, c);
	auto_free char *ab_c = merge(ab, c), *a_bc = merge(a, bc), *direct = NULL;

	back = read_back(a);
	again = canonical(back);
	ok_str(again, a);
	test_json(a);
	ok_str(aa, a);
	ok_str(ba, ab);
	ok_str(a_bc, ab_c);
	trace_merge(x, y);	/* in memory as through a file */
	direct = canonical(x);
	ok_str(direct, ab);
}

int main(void)
{
	struct random random = { 42 };

	for (size_t i = 0; i < ROUNDS; i++)
		test_laws(&random);
	return done();
}
