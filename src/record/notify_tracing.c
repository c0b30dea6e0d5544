/* SPDX-License-Identifier: Apache-2.0 */
/* One container among the members of a tracing session. */
#include "record/notify_tracing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record/proc_file.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/event_log.h"
#include "snug/memory.h"

#define REST_MS 10000		/* until the record of an end, at most; some milliseconds mostly */

struct notify_tracing {
	struct event_sink sink, told;
	struct tracefs *tracefs;	/* borrowed; NULL = there is none */
	struct tracefs_group *group;	/* owned */
	FILE *held;			/* owned; a log of what is inferred */
	char *log;			/* owned; what it has written */
	size_t length;
	bool calls;			/* nobody else tells of some */
	uint64_t until_ms;		/* CLOCK_MONOTONIC: who is gone by the notifications is waited for; 0 = nobody is */
	bool missed;			/* a process could not join, or an event not be kept */
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

/* All else the notifications know better, from the moment in which it is done; the files of programs of another ABI, too. */
static bool is_told_here(const struct notify_tracing *tracing, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CAPABILITY:
		return true;
	case EVENT_SYSCALL:
	case EVENT_LOST:
		return tracing->calls;
	case EVENT_NOTE:
		return tracing->calls && strcmp(event->note.code, "foreign-abi") != 0;
	default:
		return false;
	}
}

/* An event that cannot be kept is no trouble of the session's other containers. */
static int pass_on(void *context, const struct event *event)
{
	struct notify_tracing *tracing = context;

	if (is_told_here(tracing, event) && tracing->told.on_event(tracing->told.context, event) < 0)
		tracing->missed = true;
	return 0;
}

static void lose(const struct notify_tracing *tracing, const char *source)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { source, UINT64_MAX } };

	tracing->told.on_event(tracing->told.context, &event);
}

void notify_tracing_begin(struct notify_tracing *tracing, struct tracefs *tracefs, bool calls, const struct event_sink *told)
{
	const struct tracefs_group_options options = {
		.sink = { pass_on, tracing }, .paths_elsewhere = true, .members_only = true,
		.programs_elsewhere = calls,
	};

	tracing->told = *told;
	tracing->calls = calls;
	if (!tracefs && calls)
		lose(tracing, "tracefs");
	if (!tracefs)
		return;
	tracing->tracefs = tracefs;
	tracing->held = memory_checked(open_memstream(&tracing->log, &tracing->length));
	event_log_begin(tracing->held);
	tracing->group = tracefs_add_group(tracefs, &options);
}

void notify_tracing_joins(struct notify_tracing *tracing, pid_t pid)
{
	tracing->until_ms = 0;
	if (!tracing->group || tracefs_add_process(tracing->group, pid, STAGE_RUNTIME, NULL) >= 0)
		return;
	tracing->missed = true;
	if (tracing->calls)
		lose(tracing, "before-join");
}

void notify_tracing_executes(struct notify_tracing *tracing, pid_t pid, const char *program)
{
	if (tracing->group && tracing->calls)
		tracefs_expects_of(tracing->group, pid, program);
}

void notify_tracing_meets_foreign(struct notify_tracing *tracing)
{
	if (tracing->group && tracing->calls)
		tracefs_met_foreign(tracing->group);
}

void notify_tracing_goes_on(struct notify_tracing *tracing, pid_t pid)
{
	if (!tracing->calls)
		return;
	lose(tracing, "worker");
	if (tracing->group && pid > 0)
		tracefs_attach(tracing->group, pid, NULL);
}

/* The descriptor is done when a task begins to exit (Linux 6.11), its records when it has. */
bool notify_tracing_settled(struct notify_tracing *tracing)
{
	uint64_t now_ms = monotonic_ms();

	if (!tracing->group || !tracing->calls || !tracefs_has_tasks(tracing->group))
		return true;
	if (!tracing->until_ms)
		tracing->until_ms = now_ms + REST_MS;
	return now_ms > tracing->until_ms;
}

/* What others do goes on; what these did ends with the records of their ends. Returns whether nothing is missing. */
static bool read_rest(struct notify_tracing *tracing)
{
	struct tracefs_group *group = tracing->group;
	bool ended;

	while (tracefs_has_tasks(group) && tracefs_step(tracing->tracefs, NULL) > 0)
		continue;
	ended = !tracefs_has_tasks(group);
	if (!ended && tracing->until_ms)
		lose(tracing, "tracefs");
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

/* --- tracing alone ------------------------------------------------------------ */

#define STEPS_MAX 20		/* of tracefs_step(), 50 ms each at most */
#define EXEC_MS 500		/* from the beginning of an execve() that goes on to its record */

struct arrival {
	struct tracefs *tracefs;	/* borrowed */
	struct tracefs_group *group;	/* owned */
	struct event_sink sink;		/* on_event is NULL as long as it is not known whose */
	FILE *kept;			/* owned; a log of what came before that */
	char *log;			/* owned; what it has written */
	size_t length;
	int code;			/* with which the sink refused an event */
};

static int keep_or_pass(void *context, const struct event *event)
{
	struct arrival *arrival = context;
	int code = 0;

	if (!arrival->sink.on_event)
		event_log_write(event, arrival->kept);
	else
		code = arrival->sink.on_event(arrival->sink.context, event);
	if (code < 0 && arrival->code == 0)
		arrival->code = code;
	return 0;	/* what is wrong with one container is no trouble of the others */
}

static struct arrival *arrival_make(struct tracefs *tracefs)
{
	struct arrival *arrival = xcalloc(1, sizeof(*arrival));
	const struct tracefs_group_options options = {
		.sink = { keep_or_pass, arrival }, .members_only = true, .from_runtime = true,
	};

	arrival->tracefs = tracefs;
	arrival->kept = memory_checked(open_memstream(&arrival->log, &arrival->length));
	event_log_begin(arrival->kept);
	arrival->group = tracefs_add_group(tracefs, &options);
	return arrival;
}

/* As far as is known now; others go on meanwhile. */
static void read_on(const struct arrival *arrival)
{
	for (int i = 0; i < STEPS_MAX && tracefs_step(arrival->tracefs, NULL) > 0; i++)
		continue;
}

/* A wrapper that asked whether we listen was followed, too, and all that it became: what is left to read of that time comes before
 * these processes are what they are now. */
struct arrival *arrival_new(struct tracefs *tracefs, pid_t runtime, bool waits)
{
	struct arrival *arrival = arrival_make(tracefs);

	if (runtime > 0) {
		read_on(arrival);
		tracefs_attach_runtime(arrival->group, runtime, NULL);
	}
	if (waits)
		tracefs_begin_group(arrival->group, NULL);
	return arrival;
}

static void lose_of_arrival(struct arrival *arrival, const char *source)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { source, UINT64_MAX } };

	keep_or_pass(arrival, &event);
}

static void turn_to(struct arrival *arrival, const struct event_sink *sink, const void *family)
{
	int code;

	tracefs_set_family(arrival->group, family);
	arrival->sink = *sink;
	if (fflush(arrival->kept) != 0)
		lose_of_arrival(arrival, "tracefs");
	code = event_log_read(arrival->log, arrival->length, "kept", sink, NULL);
	if (code < 0 && arrival->code == 0)
		arrival->code = code;
}

/* One that was not followed from its runtime on joins now. */
static pid_t find_process(struct arrival *arrival, pid_t pid)
{
	if (pid > 0 && tracefs_stage(arrival->tracefs, pid) != STAGE_HOST)
		return pid;
	read_on(arrival);
	if (!tracefs_is_recording(arrival->group) && pid > 0)
		tracefs_add_process(arrival->group, pid, task_has_executed(pid) ? STAGE_PROGRAM : STAGE_RUNTIME, NULL);
	return tracefs_first_recorded(arrival->group);
}

/* One that is gone by now says no more of itself than it did when it joined. */
static bool runs_program(pid_t pid, const void *context)
{
	const struct arrival *arrival = context;
	enum stage stage = tracefs_stage(arrival->tracefs, pid);

	return stage == STAGE_PROGRAM || (stage == STAGE_RUNTIME && task_has_executed(pid));
}

/* Had it executed the program before it became a member, nothing tells of that: else a record does, some time after the flag. */
static bool is_followed(struct arrival *arrival, pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	bool executed = pid == 0 || tracefs_find_process(arrival->group, runs_program, arrival);

	read_on(arrival);
	for (int ms = 0; pid > 0 && executed && ms < EXEC_MS && !tracefs_has_followed(arrival->group); ms++) {
		nanosleep(&pause, NULL);
		read_on(arrival);
	}
	return !executed || tracefs_has_followed(arrival->group);
}

pid_t arrival_is_of(struct arrival *arrival, const struct event_sink *sink, const void *family, const struct arrival *like,
		    pid_t pid)
{
	pid_t found;

	tracefs_begin_group(arrival->group, like ? like->group : NULL);
	found = find_process(arrival, pid);

	if (!is_followed(arrival, found))
		lose_of_arrival(arrival, "before-join");
	turn_to(arrival, sink, family);
	return found;
}

void arrival_goes_on(struct arrival *arrival, const struct event_sink *sink, const void *family, pid_t pid)
{
	tracefs_begin_group(arrival->group, NULL);
	if (pid > 0)
		tracefs_attach(arrival->group, pid, NULL);
	lose_of_arrival(arrival, "worker");
	turn_to(arrival, sink, family);
}

bool arrival_has_ended(const struct arrival *arrival)
{
	return !tracefs_is_recording(arrival->group);
}

bool arrival_is_empty(const struct arrival *arrival)
{
	return !tracefs_has_tasks(arrival->group);
}

int arrival_free(struct arrival *arrival)
{
	int code;

	if (!arrival)
		return 0;
	tracefs_end_group(arrival->group);
	code = arrival->code;
	fclose(arrival->kept);
	free(arrival->log);
	free(arrival);
	return code;
}
