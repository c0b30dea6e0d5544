/* SPDX-License-Identifier: Apache-2.0 */
/* Events become facts, facts become canonical JSON and come back unchanged. */
#include <errno.h>
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/trace.h"
#include "tests/tap.h"

/* Canonical bytes; owned by the caller. */
static char *canonical(struct trace *trace)
{
	char *data = NULL;
	size_t length;
	FILE *out = open_memstream(&data, &length);

	trace_write(trace, out);
	fclose(out);
	return data;
}

static void add(struct trace *trace, struct event event)
{
	ok_int(trace_add_event(trace, &event), 0);
}

static void add_call(struct trace *trace, uint64_t number, int64_t result, const char *by)
{
	add(trace, (struct event){ .kind = EVENT_SYSCALL, .by = by, .syscall = {
		.abi = arch_by_name("x86_64"), .number = number, .has_result = true, .result = result,
		.args = { { "domain", 2 } }, .arg_count = 1 } });
}

static void add_file(struct trace *trace, const char *path, enum file_kind kind, uint32_t access)
{
	add(trace, (struct event){ .kind = EVENT_FILE, .by = "/bin/sh", .file = {
		.path = path, .kind = kind, .access = access, .outcome = OUTCOME_OK } });
}

/* One of everything. */
static struct trace *sample_trace(const char *run_id)
{
	struct trace *trace = trace_new();
	struct trace_run *run = trace_begin_run(trace, run_id);

	run->recorder = xstrdup("ptrace");
	text_add(&run->command, "sh\0-c\0", 6);
	add_call(trace, 2, -ENOENT, "/bin/sh");
	add_call(trace, 41, 3, "/bin/sh");
	add_file(trace, "/etc/passwd", FILE_KIND_FILE, ACCESS_READ);
	add_file(trace, "/tmp/\xff\n\"\\x", FILE_KIND_UNKNOWN, ACCESS_WRITE);
	add(trace, (struct event){ .kind = EVENT_EXEC, .exec = { "/bin/sh", "/bin/ls" } });
	add(trace, (struct event){ .kind = EVENT_NETWORK, .network = { 2, 1, 6, SOCKET_BIND, "0.0.0.0:80", OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_UNIX, .unix_socket = { "/run/x", -1, SOCKET_CONNECT, OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_SIGNAL, .signal = { 15, SIGNAL_TO_MEMBER, OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_MOUNT, .mount = { "mount", "", "/m", NULL, 4096, OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_PTRACE, .ptrace = { "trace", SIGNAL_TO_MEMBER, OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_CAPABILITY, .capability = {
		.number = 0, .granted = true, .inferred = true, .syscall = "fchownat", .reason = "chown" } });
	add(trace, (struct event){ .kind = EVENT_LIMIT, .limit = { "processes", 12 } });
	add(trace, (struct event){ .kind = EVENT_NOTE, .note = { "io_uring", "It used io_uring." } });
	run->exit_status = 0;
	trace_end_run(trace, true);
	return trace;
}

static void test_round_trip(void)
{
	CLEANUP(trace_freep) struct trace *trace = sample_trace("r1"), *back = NULL;
	auto_free char *first = canonical(trace), *second = NULL;
	struct error err = ERROR_NONE;

	ok(trace_is_complete(trace));
	ok_int(trace_read(&back, first, strlen(first), "first", &err), 0);
	ok_str(err.text, "");
	second = back ? canonical(back) : NULL;
	ok_str(second, first);
}

static void test_syscalls(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct trace_syscall *call;

	trace_begin_run(trace, "r1");
	add_call(trace, 2, -ENOENT, "/bin/a");
	add_call(trace, 2, -EACCES, "/bin/b");
	ok_int((long long)map_count(trace->syscalls), 1);
	call = map_value_at(trace->syscalls, 0);
	ok_str(call->name, "open");
	ok(!call->ok && call->errnos.count == 2);
	ok_str(call->errnos.items[0], "EACCES");
	ok(call->evidence.by->count == 2);
	add_call(trace, 2, -4096, "/bin/b");	/* an address, not an error */
	ok(call->ok && call->errnos.count == 0);
	ok_str(call->args[0].name, "domain");
	ok_str(call->args[0].values.items[0], "00000000000000000002");
}

static void test_kinds(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new(), *back = NULL;
	struct trace_file *file;
	auto_free char *json = NULL;

	trace_begin_run(trace, "r1");
	add_file(trace, "/x", FILE_KIND_UNKNOWN, ACCESS_LOOK);
	add_file(trace, "/x", FILE_KIND_FILE, ACCESS_READ);
	add_file(trace, "/x", FILE_KIND_FOLDER, ACCESS_ENTER);
	ok_int((long long)map_count(trace->files), 1);
	file = map_value_at(trace->files, 0);
	ok_int(file->kinds, KIND_BIT(FILE_KIND_FILE) | KIND_BIT(FILE_KIND_FOLDER));
	json = canonical(trace);
	ok(strstr(json, "\"kind\":\"file\"") && strstr(json, "\"kind\":\"folder\""));
	ok(!strstr(json, "unknown"));
	ok_int(trace_read(&back, json, strlen(json), "x", NULL), 0);
	ok_int((long long)map_count(back->files), 1);
}

static void test_loss(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct trace_run *run = trace_begin_run(trace, "r1");

	add_file(trace, "not/absolute", FILE_KIND_FILE, ACCESS_READ);
	add(trace, (struct event){ .kind = EVENT_LOST, .lost = { "ptrace", 3 } });
	add(trace, (struct event){ .kind = EVENT_LOST, .lost = { "ptrace", UINT64_MAX } });
	trace_end_run(trace, true);
	ok(!run->complete && !trace_is_complete(trace));
	ok_int((long long)*(uint64_t *)map_get(run->lost, "paths", 5), 1);
	ok(*(uint64_t *)map_get(run->lost, "ptrace", 6) == UINT64_MAX);
	ok_int(trace_add_event(trace, &(struct event){ .kind = EVENT_LOST }), -EINVAL);
}

static void test_merge(void)
{
	CLEANUP(trace_freep) struct trace *a = sample_trace("r1"), *b = sample_trace("r2");
	auto_free char *before = canonical(a), *after = NULL;

	trace_merge(a, a);
	after = canonical(a);
	ok_str(after, before);
	trace_merge(a, b);
	ok_int((long long)map_count(a->runs), 2);
	ok_int((long long)((struct trace_file *)map_value_at(a->files, 0))->evidence.runs->count, 2);
}

int main(void)
{
	test_round_trip();
	test_syscalls();
	test_kinds();
	test_loss();
	test_merge();
	return done();
}
