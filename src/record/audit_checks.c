/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_checks.h: a tracing session of which only the capabilities are taken. */
#include "record/audit_checks.h"

#include <stdlib.h>
#include <string.h>

#include "record/tracefs.h"
#include "snug/memory.h"

struct audit_checks {
	const struct event_sink *sink;	/* borrowed */
	struct tracefs *tracefs;	/* owned; NULL = it tells of no checks here */
	struct tracefs_group *group;	/* owned */
	bool lost;			/* something is missing, and the sink was told */
};

/* All else audit's records tell, paths with it, and the calls of other ABIs. */
static int pass_check(void *context, const struct event *event)
{
	struct audit_checks *checks = context;
	bool is_loss = event->kind == EVENT_LOST && strcmp(event->lost.source, "foreign-abi") != 0;

	if (event->kind != EVENT_CAPABILITY && !is_loss)
		return 0;
	checks->lost |= is_loss;
	return checks->sink->on_event(checks->sink->context, event);
}

struct audit_checks *audit_checks_new(const struct event_sink *sink, bool possible)
{
	struct audit_checks *checks = xcalloc(1, sizeof(*checks));

	checks->sink = sink;
	if (!possible || tracefs_open(&checks->tracefs, false, NULL) < 0)
		checks->tracefs = NULL;
	if (checks->tracefs && !tracefs_tells_checks(checks->tracefs))
		checks->tracefs = tracefs_free(checks->tracefs);
	return checks;
}

struct audit_checks *audit_checks_free(struct audit_checks *checks)
{
	if (!checks)
		return NULL;
	if (checks->group)
		tracefs_end_group(checks->group);
	tracefs_free(checks->tracefs);
	free(checks);
	return NULL;
}

static int tell_missing(const struct audit_checks *checks)
{
	const struct event event = { .kind = EVENT_NOTE, .note = {
		"no-checks", "which capabilities the kernel asked for was not recorded" } };

	return checks->sink->on_event(checks->sink->context, &event);
}

void audit_checks_add(struct audit_checks *checks, pid_t pid, enum stage stage)
{
	bool is_runtime = stage == STAGE_HOST;
	const struct tracefs_group_options options = {
		.sink = { pass_check, checks }, .until_exec = !is_runtime, .paths_elsewhere = true,
		.from_runtime = is_runtime, .any_filter = is_runtime,
	};
	bool is_first = checks->tracefs && !checks->group;

	if (is_first)
		checks->group = tracefs_add_group(checks->tracefs, &options);
	if (is_first && is_runtime)
		tracefs_begin_group(checks->group, NULL);
	if (checks->group && tracefs_add_process(checks->group, pid, stage, NULL) > 0)
		return;
	tell_missing(checks);
}

int audit_checks_descriptor(const struct audit_checks *checks)
{
	return checks->tracefs ? tracefs_descriptor(checks->tracefs) : -1;
}

void audit_checks_step(struct audit_checks *checks)
{
	if (checks->group)
		tracefs_step(checks->tracefs, NULL);
}

bool audit_checks_end(struct audit_checks *checks)
{
	if (!checks->group)
		return true;
	while (tracefs_has_tasks(checks->group) && tracefs_step(checks->tracefs, NULL) > 0)
		continue;
	tracefs_end_group(checks->group);
	checks->group = NULL;
	return !checks->lost;
}
