/* SPDX-License-Identifier: Apache-2.0 */
/* One run on its way into a trace file. */
#include "cli/recording.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"

static int keep_event(void *context, const struct event *event)
{
	struct recording *recording = context;

	recording->changed = true;
	return trace_add_event(recording->trace, event);
}

struct event_sink recording_sink(struct recording *recording)
{
	return (struct event_sink){ keep_event, recording };
}

bool recording_is_due(struct recording *recording)
{
	uint64_t now = monotonic_ms();

	if (!recording->interval_ms || !recording->changed || now < recording->checkpoint_ms + recording->interval_ms)
		return false;
	recording->run->duration_ms = now - recording->start_ms;
	recording->checkpoint_ms = now;
	recording->changed = false;
	return true;
}

/* A failure shows again, and is reported, when the whole is written at the end. */
void recording_checkpoint(struct recording *recording)
{
	if (strcmp(recording->output, "-") == 0 || !recording_is_due(recording))
		return;
	trace_file_write(recording->trace, recording->output, NULL);
	recording->checkpoint_ms = monotonic_ms();
}

/* Unique, and in order of time. */
static char *new_run_id(const struct recording *recording, const struct tm *utc)
{
	char start[32];
	uint32_t digits = recording->random;

	strftime(start, sizeof(start), "%Y%m%dT%H%M%SZ", utc);
	if (!recording->since && getrandom(&digits, sizeof(digits), 0) != sizeof(digits))
		digits = (uint32_t)getpid();
	return xasprintf("%s-%08" PRIx32, start, digits);
}

void recording_begin(struct recording *recording, const char *recorder)
{
	time_t now = time(NULL), since = recording->since ? recording->since : now;
	struct utsname machine;
	struct trace_run *run;
	char start[32];
	struct tm utc;

	gmtime_r(&since, &utc);
	auto_free char *id = new_run_id(recording, &utc);
	recording->trace = trace_new();
	recording->run = run = trace_begin_run(recording->trace, id);
	recording->checkpoint_ms = monotonic_ms();
	recording->start_ms = recording->checkpoint_ms - (now > since ? (uint64_t)(now - since) * 1000 : 0);
	strftime(start, sizeof(start), "%Y-%m-%dT%H:%M:%SZ", &utc);
	uname(&machine);
	run->start = xstrdup(start);
	run->recorder = xstrdup(recorder);
	run->kernel = xstrdup(machine.release);
	run->abi = arch_native() ? xstrdup(arch_native()->name) : NULL;
	run->user = xasprintf("%u:%u", geteuid(), getegid());
	run->exit_status = -1;
}

void recording_close(struct recording *recording, bool complete)
{
	recording->run->duration_ms = monotonic_ms() - recording->start_ms;
	trace_end_run(recording->trace, complete);
}

int recording_end(struct recording *recording, bool complete, struct error *err)
{
	recording_close(recording, complete);
	return trace_file_write(recording->trace, recording->output, err);
}

void recording_done(struct recording *recording)
{
	recording->trace = trace_free(recording->trace);
	recording->run = NULL;
}

char *recording_losses(const struct recording *recording)
{
	const struct trace_run *run = recording->run;
	struct text text = TEXT_EMPTY;

	for (size_t i = 0; run->lost && i < map_count(run->lost); i++) {
		size_t length;
		const char *source = map_key_at(run->lost, i, &length);
		uint64_t count = *(uint64_t *)map_value_at(run->lost, i);

		text_printf(&text, "%s%.*s ", i ? ", " : "", (int)length, source);
		text_printf(&text, count == UINT64_MAX ? "(unknown)" : "(%" PRIu64 ")", count);
	}
	return text_steal(&text);
}

static const struct {
	const char *source, *remedy;
} remedies[] = {
	{ "foreign-abi", "a program of another ABI ran, whose calls the kernel's tracing does not tell: record with '--recorder ptrace'" },
	{ "audit", "audit dropped records: raise 'auditctl -b', record on a less busy machine, or with '--recorder tracefs'" },
	{ "audit-reader", "snug was too slow beside the audit daemon: stop that for the recording, or use '--recorder tracefs'" },
	{ "audit-container", "the container loaded no seccomp filter, by which audit tells where it begins: give it one, or record with '--recorder ptrace'" },
	{ "audit-left", "a program gave itself another login uid (sshd, cron, su do): record with '--recorder ptrace'" },
	{ "audit-older", "audit was disabled when the container began, so that the kernel may tell nothing of its processes: 'auditctl -e 1', and "
	  "start it anew" },
	{ "audit-other-profile", "a process of the container was not confined by its profile: record with the runtime of 'snug setup'" },
	{ "audit-shared-profile", "the container's profile confined another process, too: give each a profile of its own, or record with the "
	  "runtime of 'snug setup'" },
	{ "paths", "files were gone before they could be looked up, or their names could not be read: record with '--recorder ptrace'" },
	{ "before-join", "a program began before its calls were followed: record again, or without '--no-notify'" },
	{ "record-profile", "the container was made under the record profile of another listener: make it anew under this one's" },
	{ "tracefs", "the kernel's buffers were full: record again on a less busy machine, or with '--recorder ptrace'" },
	{ "closed-process", "a process became another user's, or hides itself: record with CAP_SYS_PTRACE, as root or in a "
	  "container with '--cap-add SYS_PTRACE'" },
};

const char *recording_remedy(const struct recording *recording)
{
	const struct map *lost = recording->run->lost;

	for (size_t i = 0; lost && i < ARRAY_SIZE(remedies); i++)
		if (map_get(lost, remedies[i].source, strlen(remedies[i].source)))
			return remedies[i].remedy;
	return NULL;
}
