/* SPDX-License-Identifier: Apache-2.0 */
/* snug import: logs of audit, of the kernel and of AppArmor become a trace. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "cli/command.h"
#include "cli/recording.h"
#include "snug/audit_import.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

#define FACTS_MAX 1000000	/* some 300 bytes each */
#define FACT_LENGTH 256		/* bytes of names that count as a fact */
#define BLOCK 65536	/* bytes that are read at a time: more than zlib's buffer, which is then passed by, less than a cache */

static const struct command_option options[] = {
	{ "output", 'o', "FILE", "write the trace there ('-' or none: standard output)" },
	{ "profile", 'p', "NAME", "only what this AppArmor profile was asked for, or its programs did" },
	{ "exe", 'e', "PATH", "only what this program did" },
	{ "container", 'c', "ID", "only what this container did; the log must tell how it was started (execve)" },
	{ "session", 's', "N", "only what this session of audit did ('ses' in its records)" },
	{ "since", 't', "TIME", "only what happened from then on: seconds since 1970, or 2026-11-22T10:00:00Z" },
	{ "max-facts", 'm', "N", "learn no more than this (default: 1000000): the trace is incomplete then" },
	{ 0 }
};

/* Memory grows with what is distinct, and the names in a stranger's log need have no end. */
struct fact_limit {
	struct event_sink sink;
	const struct trace *trace;
	uint64_t most, taken, lost;	/* facts; events that came when all were taken */
};

static bool read_time(const char *text, uint64_t *ret)
{
	struct tm utc = { 0 };
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0)
		return true;
	end = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
	if (!end || (strcmp(end, "Z") != 0 && *end != '\0'))
		return false;
	*ret = (uint64_t)timegm(&utc);
	return true;
}

static void gzclosep(gzFile *file)
{
	if (*file)
		gzclose(*file);
}

/* zlib puts the file's name before it, which for a descriptor is none. */
static const char *why_not(gzFile file)
{
	int code;
	const char *words = gzerror(file, &code), *behind = strstr(words, ": ");

	return behind ? behind + 2 : words;
}

/* zlib reads what is not compressed as it is. */
static int read_log(struct audit_import *import, const char *path, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	auto_close int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(gzclosep) gzFile file = NULL;
	auto_free char *block = xcalloc(1, BLOCK);
	int length, code = 0;

	if (fd < 0)
		return error_set(err, -errno, "cannot read '%s': %s", path, strerror(errno));
	file = memory_checked(gzdopen(fd, "rb"));
	fd = -1;
	while (code >= 0 && (length = gzread(file, block, BLOCK)) > 0)
		code = audit_import_feed(import, block, (size_t)length);
	if (code >= 0 && length < 0)
		return error_set(err, -EIO, "cannot read '%s': %s", path, why_not(file));
	return code < 0 ? code : audit_import_end_log(import);
}

/* A profile is for one: several in one log are named, and nothing is written. */
static int check_one(const char *what, const char *option, const struct string_set *seen)
{
	CLEANUP(text_done) struct text names = TEXT_EMPTY;

	if (seen->count < 2)
		return 0;
	for (size_t i = 0; i < seen->count; i++)
		text_printf(&names, "%s'%s'", i ? ", " : "", seen->items[i]);
	return complain_text("the logs speak of several %s: %s%s (hint: choose one by --%s)", what, names.data,
			     seen->more ? " and more" : "", option);
}

/* What was read and could not become part of the trace. */
static void say_rest(const struct audit_scope *scope, const struct audit_import_counts *counts)
{
	for (size_t i = 0; i < map_count(counts->unusable); i++) {
		size_t length;
		const char *what = map_key_at(counts->unusable, i, &length);

		complain_text("not used: %" PRIu64 " %.*s", *(uint64_t *)map_value_at(counts->unusable, i), (int)length, what);
	}
	if (counts->torn)
		complain_text("not used: %" PRIu64 " records without the rest of their event", counts->torn);
	if (counts->too_long)
		complain_text("not used: %" PRIu64 " lines longer than %d bytes", counts->too_long, AUDIT_LINE_MAX);
	if (counts->dropped)
		complain_text("the kernel lost records, and what they said is not in the trace (hint: a larger backlog, auditctl -b 8192)");
	if (scope->container && !counts->container_met)
		complain_text("no record tells how container '%s' was started (hint: the log must hold the execve records, type EXECVE, from then: "
			      "auditctl -a always,exit -F arch=b64 -S execve,execveat; else choose by --profile)", scope->container);
	if (!counts->used && !counts->out_of_scope && !map_count(counts->unusable))
		complain_text("no record of AppArmor, of a filter or of a call in %" PRIu64 " lines (hint: they are in /var/log/audit/audit.log "
			      "where auditd runs, else in what 'dmesg' or 'journalctl -o export' prints)", counts->lines);
	else if (!counts->used)
		complain_text("nothing in %" PRIu64 " lines is about what was asked for (%" PRIu64 " records of others)", counts->lines,
			      counts->out_of_scope);
}

static void send_losses(const struct audit_import_counts *counts, const struct event_sink *sink)
{
	const struct event lost = { .kind = EVENT_LOST, .lost = { .source = "audit", .count = counts->dropped } };

	if (counts->dropped)
		sink->on_event(sink->context, &lost);
}

/* What this machine is says nothing of the one that wrote the logs. */
static void forget_machine(struct trace_run *run)
{
	free(steal_ptr(run->kernel));
	free(steal_ptr(run->user));
}

static size_t length_of(const char *name)
{
	return name ? strlen(name) : 0;
}

static size_t length_of_names(const struct event *event)
{
	switch (event->kind) {
	case EVENT_FILE:
		return length_of(event->file.path);
	case EVENT_EXEC:
		return length_of(event->exec.from) + length_of(event->exec.to);
	case EVENT_MOUNT:
		return length_of(event->mount.source) + length_of(event->mount.target);
	default:
		return 0;
	}
}

static int take_fact(void *context, const struct event *event)
{
	struct fact_limit *limit = context;
	size_t before = trace_count(limit->trace);
	int code;

	if (limit->taken >= limit->most && event->kind != EVENT_SYSCALL && event->kind != EVENT_NOTE) {
		limit->lost++;
		return 0;
	}
	code = limit->sink.on_event(limit->sink.context, event);
	if (trace_count(limit->trace) > before)
		limit->taken += 1 + length_of_names(event) / FACT_LENGTH;
	return code;
}

static void send_excess(const struct fact_limit *limit)
{
	const struct event lost = { .kind = EVENT_LOST, .lost = { .source = "facts", .count = limit->lost } };

	if (!limit->lost)
		return;
	limit->sink.on_event(limit->sink.context, &lost);
	complain_text("the logs tell more than %" PRIu64 " facts, and the rest is not in the trace (hint: choose by --exe, --container or "
		      "--session what the profile is for; else raise --max-facts, at some 300 bytes of memory each)", limit->most);
}

static int import_logs(struct invocation *invocation, const struct audit_scope *scope, struct recording *recording)
{
	struct fact_limit limit = {
		.sink = recording_sink(recording), .trace = recording->trace,
		.most = (uint64_t)option_number(invocation, "max-facts", FACTS_MAX),
	};
	const struct event_sink sink = { take_fact, &limit };
	CLEANUP(audit_import_freep) struct audit_import *import = audit_import_new(scope, &sink);
	const struct audit_import_counts *counts;
	struct error err = ERROR_NONE;

	for (size_t i = 0; i < invocation->operand_count; i++)
		if (read_log(import, invocation->operands[i], &err) < 0)
			return complain(&err);
	counts = audit_import_counts(import);
	say_rest(scope, counts);
	if ((!scope->profile && check_one("profiles", "profile", counts->profiles)) ||
	    (!scope->session && !scope->profile && !scope->exe && !scope->container && check_one("sessions", "session", counts->sessions)))
		return STATUS_TROUBLE;
	send_losses(counts, &limit.sink);
	send_excess(&limit);
	if (recording_end(recording, true, &err) < 0)
		return complain(&err);
	return counts->used ? STATUS_FINE : STATUS_NO;
}

static int run(struct invocation *invocation)
{
	struct audit_scope scope = {
		.profile = option_value(invocation, "profile"),
		.session = option_value(invocation, "session"),
		.container = option_value(invocation, "container"),
		.exe = option_value(invocation, "exe"),
	};
	const char *since = option_value(invocation, "since");
	struct recording recording = { .output = option_value(invocation, "output") ?: "-" };
	int status;

	if (invocation->operand_count == 0)
		return complain_text("no log given (hint: snug import -o web.json /var/log/audit/audit.log)");
	if (option_number(invocation, "max-facts", FACTS_MAX) < 0)
		return complain_text("--max-facts: '%s' is no number of facts", option_value(invocation, "max-facts"));
	if (since && !read_time(since, &scope.since))
		return complain_text("'%s' is no time (hint: seconds since 1970, or 2026-11-22T10:00:00Z)", since);
	recording_begin(&recording, "audit");
	forget_machine(recording.run);
	status = import_logs(invocation, &scope, &recording);
	recording_done(&recording);
	return status;
}

const struct command command_import = {
	.name = "import",
	.usage = "[-o FILE] [--profile NAME] [--exe PATH] [--container ID] [--session N] [--since TIME] [--max-facts N] LOG...",
	.summary = "make a trace of logs: audit's, the kernel's, AppArmor's",
	.options = options,
	.run = run,
};
