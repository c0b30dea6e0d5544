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
		.number = 0, .granted = true, .inferred = true, .syscall = "fchownat", .reason = "chown",
		.instead_of = CAPABILITY_NONE } });
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

/* Before the program's exec only the calls, notes and losses are the container's. */
static void test_runtime_phase(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();

	trace_begin_run(trace, "r1");
	add(trace, (struct event){ .kind = EVENT_FILE, .phase = PHASE_RUNTIME, .file = {
		.path = "/run/runc/x/exec.fifo", .access = ACCESS_WRITE, .outcome = OUTCOME_OK } });
	add(trace, (struct event){ .kind = EVENT_CAPABILITY, .phase = PHASE_RUNTIME, .capability = {
		.number = 7, .granted = true, .inferred = true, .syscall = "setuid",
		.instead_of = CAPABILITY_NONE } });
	add(trace, (struct event){ .kind = EVENT_SYSCALL, .phase = PHASE_RUNTIME, .syscall = {
		.abi = arch_by_name("x86_64"), .number = 257, .has_result = true } });
	ok_int((long long)map_count(trace->files), 0);
	ok_int((long long)map_count(trace->capabilities), 0);
	ok_int((long long)map_count(trace->syscalls), 1);
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

static void add_numbered(struct trace *trace, int from, int to)
{
	char by[32];

	for (int i = from; i < to; i++) {
		snprintf(by, sizeof(by), "/bin/p%02d", i);
		add(trace, (struct event){ .kind = EVENT_SYSCALL, .by = by, .syscall = {
			.abi = arch_by_name("x86_64"), .number = 41, .args = { { "domain", (uint64_t)i } }, .arg_count = 1 } });
	}
}

static void test_bounds(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct trace_syscall *call;

	trace_begin_run(trace, "r1");
	add_numbered(trace, 10, 10 + TRACE_BY_MAX);
	call = map_value_at(trace->syscalls, 0);
	ok(call->evidence.by->count == TRACE_BY_MAX && !call->evidence.by->more);
	add_numbered(trace, 90, 91);
	ok(call->evidence.by->count == TRACE_BY_MAX && call->evidence.by->more);
	add_numbered(trace, 0, TRACE_VALUES_MAX + 1);
	ok_str(call->evidence.by->items[0], "/bin/p00");
	ok(call->args[0].values.count == TRACE_VALUES_MAX && call->args[0].values.more);
	ok_str(call->args[0].values.items[TRACE_VALUES_MAX - 1], "00000000000000000063");
}

/* A trace with one call, by those programs; `more` as in the file. */
static struct trace *trace_by(const char *by, bool more)
{
	auto_free char *json = xasprintf("{\"format\":\"snug-trace/1\",\"syscalls\":[{\"abi\":\"x86_64\",\"by\":[%s],"
					 "\"by_more\":%s,\"name\":\"read\",\"ok\":true,\"phase\":\"program\"}]}",
					 by, more ? "true" : "false");
	struct trace *trace = NULL;

	ok_int(trace_read(&trace, json, strlen(json), "by", NULL), 0);
	return trace;
}

static const struct string_set *first_by(struct trace *trace)
{
	return ((struct trace_syscall *)map_value_at(trace->syscalls, 0))->evidence.by;
}

/* That something was left out is a fact of its own: it is neither forgotten nor taken for a full set. */
static void test_more(void)
{
	CLEANUP(trace_freep) struct trace *all = trace_by("\"/a\",\"/b\"", false), *cut = trace_by("\"/a\"", true);

	ok(first_by(cut)->more && first_by(cut)->count == 1);
	trace_merge(all, cut);
	ok(first_by(all)->more && first_by(all)->count == 2);
	trace_merge(cut, all);
	ok(first_by(cut)->more && first_by(cut)->count == 2);
}

static void test_nothing_is_not_empty(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();

	trace_begin_run(trace, "r1");
	add(trace, (struct event){ .kind = EVENT_MOUNT, .mount = { .act = "mount", .source = "" } });
	add(trace, (struct event){ .kind = EVENT_MOUNT, .mount = { .act = "mount" } });
	ok_int((long long)map_count(trace->mounts), 2);
}

/* Two texts for one code: the bytewise larger, whatever the order. */
static void test_larger_text(void)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();

	trace_begin_run(trace, "r1");
	add(trace, (struct event){ .kind = EVENT_NOTE, .note = { "c", "a" } });
	add(trace, (struct event){ .kind = EVENT_NOTE, .note = { "c", "b" } });
	add(trace, (struct event){ .kind = EVENT_NOTE, .note = { "c", "aa" } });
	ok_str(((struct trace_note *)map_value_at(trace->notes, 0))->text, "b");
}

int main(void)
{
	test_round_trip();
	test_syscalls();
	test_kinds();
	test_runtime_phase();
	test_loss();
	test_merge();
	test_bounds();
	test_more();
	test_nothing_is_not_empty();
	test_larger_text();
	return done();
}
