/* SPDX-License-Identifier: Apache-2.0 */
/* One container among the members of a tracing session. */
#include "record/notify_tracing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "snug/event_log.h"
#include "snug/memory.h"

struct notify_tracing {
	struct event_sink sink, checks;
	struct tracefs *tracefs;	/* borrowed; NULL = there is none */
	struct tracefs_group *group;	/* owned */
	FILE *held;			/* owned; a log of what is inferred */
	char *log;			/* owned; what it has written */
	size_t length;
	bool missed;			/* a process could not join, or a check not be kept */
};

static const struct event missed_note = { .kind = EVENT_NOTE, .note = {
	"missed-checks", "some of the kernel's capability checks were not seen: which were needed is inferred as well" } };

struct notify_tracing *notify_tracing_new(const struct event_sink *sink)
{
	struct notify_tracing *tracing = xcalloc(1, sizeof(*tracing));

	tracing->sink = *sink;
	return tracing;
}

static int hold_inferred(void *context, const struct event *event)
{
	struct notify_tracing *tracing = context;

	if (!tracing->group || event->kind != EVENT_CAPABILITY || !event->capability.inferred)
		return tracing->sink.on_event(tracing->sink.context, event);
	event_log_write(event, tracing->held);
	return 0;
}

struct event_sink notify_tracing_sink(struct notify_tracing *tracing)
{
	return (struct event_sink){ hold_inferred, tracing };
}

/* All else the notifications know better: nothing of them is ever lost, and paths come with them. A check that cannot be kept
 * is no trouble of the session's other containers. */
static int pass_check(void *context, const struct event *event)
{
	struct notify_tracing *tracing = context;

	if (event->kind == EVENT_CAPABILITY && tracing->checks.on_event(tracing->checks.context, event) < 0)
		tracing->missed = true;
	return 0;
}

void notify_tracing_begin(struct notify_tracing *tracing, struct tracefs *tracefs, const struct event_sink *checks)
{
	const struct tracefs_group_options options = {
		.sink = { pass_check, tracing }, .paths_elsewhere = true, .members_only = true,
	};

	if (!tracefs)
		return;
	tracing->checks = *checks;
	tracing->tracefs = tracefs;
	tracing->held = memory_checked(open_memstream(&tracing->log, &tracing->length));
	event_log_begin(tracing->held);
	tracing->group = tracefs_add_group(tracefs, &options);
}

void notify_tracing_joins(struct notify_tracing *tracing, pid_t pid)
{
	if (tracing->group && tracefs_add_process(tracing->group, pid, STAGE_RUNTIME, NULL) < 0)
		tracing->missed = true;
}

/* What others do goes on; what these did ends with the records of their ends. Returns whether nothing is missing. */
static bool read_rest(struct notify_tracing *tracing)
{
	struct tracefs_group *group = tracing->group;
	bool ended;

	while (tracefs_has_tasks(group) && tracefs_step(tracing->tracefs, NULL) > 0)
		continue;
	ended = !tracefs_has_tasks(group);
	return tracefs_end_group(group) && ended && !tracing->missed;
}

static int send_held(const struct notify_tracing *tracing)
{
	int code = tracing->sink.on_event(tracing->sink.context, &missed_note);

	return code < 0 ? code : event_log_read(tracing->log, tracing->length, "held", &tracing->sink, NULL);
}

int notify_tracing_end(struct notify_tracing *tracing)
{
	int code = 0;

	if (tracing->group) {
		bool whole = read_rest(tracing);

		if (fclose(tracing->held) != 0)
			code = -ENOMEM;
		else if (!whole)
			code = send_held(tracing);
	}
	free(tracing->log);
	free(tracing);
	return code;
}
