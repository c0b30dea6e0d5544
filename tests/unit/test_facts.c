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

#define WHO "\"by\":[\"/bin/a\"],\"runs\":[\"r\"]"
#define CALL(name, how) "{\"abi\":\"x86_64\",\"name\":\"" name "\"," how ",\"phase\":\"program\"," WHO "}"
#define OK(name) CALL(name, "\"ok\":true")
#define FAILED(name, errnos) CALL(name, "\"errnos\":[" errnos "],\"ok\":false")
#define CALLS(calls) "\"syscalls\":[" calls "]"
#define SOCKET(address) "{\"acts\":[\"bind\"],\"address\":\"" address "\",\"outcome\":\"ok\",\"type\":\"stream\"," WHO "}"
#define SOCKETS(sockets) CALLS(OK("read")) ",\"sockets\":[" sockets "]"
#define NOTE(code) "{\"code\":\"" code "\",\"runs\":[\"r\"],\"text\":\"a sentence\"}"
#define NOTES(notes) CALLS(OK("read")) ",\"notes\":[" notes "]"

/* Two recordings of one behaviour, between which only chance is another. */
static const struct pair {
	const char *one, *other;
} pairs[] = {
	{ CALLS(OK("clone") "," OK("futex")), CALLS(OK("clone")) },
	{ CALLS(OK("clone3") "," OK("sched_yield")), CALLS(OK("clone3")) },
	{ CALLS(OK("read") "," OK("clock_gettime") "," OK("restart_syscall")), CALLS(OK("read")) },
	{ CALLS(OK("readv") "," OK("writev")), CALLS(OK("writev")) },
	{ CALLS(OK("accept4") "," OK("getpeername")), CALLS(OK("accept4")) },
	{ CALLS(FAILED("clone", "\"EAGAIN\"") "," OK("exit")), CALLS(OK("clone")) },
	{ CALLS(FAILED("connect", "\"EINPROGRESS\",\"EPERM\"")), CALLS(OK("connect")) },
	{ NOTES(NOTE("interrupted") "," NOTE("newer-calls:2.5.4")), NOTES("") },
	{ SOCKETS(SOCKET("@/tmp/.ICE-unix/4242")), SOCKETS(SOCKET("@/tmp/.ICE-unix/17")) },
	{ SOCKETS(SOCKET("@worker-deadbeef01-x")), SOCKETS(SOCKET("@worker-0123abcd-x")) },
	{ SOCKETS(SOCKET("@0006f")), SOCKETS(SOCKET("@1b2c3")) },
};

/* What is news. */
static const struct pair different[] = {
	{ CALLS(OK("read") "," OK("futex")), CALLS(OK("read")) },		/* without threads */
	{ CALLS(OK("readv") "," OK("read")), CALLS(OK("read")) },
	{ CALLS(FAILED("clone", "\"ENOSYS\"") "," OK("futex")), CALLS(FAILED("clone", "\"ENOSYS\"")) },
	{ CALLS(OK("exit_group")), CALLS(OK("time")) },				/* there is nothing else */
	{ CALLS(FAILED("connect", "\"EPERM\"")), CALLS(OK("connect")) },
	{ NOTES(NOTE("io_uring")), NOTES("") },
	{ SOCKETS(SOCKET("@face")), SOCKETS(SOCKET("@cafe")) },
};

/* Of a raw trace, and of what it becomes. Owned by the caller. */
static char *reduced(const char *json)
{
	auto_free char *text = xasprintf("{\"format\":\"snug-trace/1\",\"runs\":[{\"id\":\"r\",\"recorder\":\"ptrace\",\"command\":[\"a\"],"
					 "\"complete\":true,\"duration_ms\":\"1\",\"exhaustive\":true,\"exit\":0,\"no_new_privs\":true}],%s}", json);
	CLEANUP(trace_freep) struct trace *trace = NULL, *facts = NULL, *again = NULL;
	struct error err = ERROR_NONE;
	auto_free char *once = NULL;
	char *twice;

	if (trace_read(&trace, text, strlen(text), "test", &err) < 0) {
		printf("# %s\n", err.text);
		return xstrdup(json);
	}
	facts = facts_reduce(trace, NULL, NULL);
	again = facts_reduce(facts, NULL, NULL);
	once = text_of(facts);
	twice = text_of(again);
	ok_str(twice, once);
	return twice;
}

static void test_chance(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		auto_free char *one = reduced(pairs[i].one), *other = reduced(pairs[i].other);

		ok_str(one, other);
	}
	for (size_t i = 0; i < ARRAY_SIZE(different); i++) {
		auto_free char *one = reduced(different[i].one), *other = reduced(different[i].other);

		ok(strcmp(one, other) != 0);
	}
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
	test_chance();
	return done();
}
