/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's tracing beside the stops: the recorder `auto`.
 *
 * As root, calls, results and capability checks come from tracing, which stops nobody, and only calls about files,
 * addresses and other processes stop, where something has to be read while the caller waits. Which ones those are is decided
 * by the same rows of knowledge by which the decoder reads them, compiled into the filter. Calls that the kernel's syscall
 * events do not tell of, those of other ABIs and those that the kernel does not have, all stop.
 */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/call_filter.h"
#include "record/call_table.h"
#include "record/program_facts.h"
#include "record/ptrace_internal.h"
#include "record/tracefs.h"
#include "snug/memory.h"

#define LOOK_MS 10	/* between two looks at what tracing tells */
#define FOREIGN "foreign-abi"	/* note and loss: such calls stop here */

/* Of what tracing tells, the stops know this better. */
static bool is_told_better(const struct event *event)
{
	switch (event->kind) {
	case EVENT_SYSCALL:
		return event->syscall.abi != arch_native();
	case EVENT_EXEC:
	case EVENT_FILE:
	case EVENT_LIMIT:
		return true;
	case EVENT_NOTE:
		return strcmp(event->note.code, FOREIGN) == 0;
	case EVENT_LOST:
		return strcmp(event->lost.source, FOREIGN) == 0;
	default:
		return false;
	}
}

static int pass_on(void *context, const struct event *event)
{
	struct tracer *tracer = context;

	if (is_told_better(event))
		return 0;
	tracer->lost |= event->kind == EVENT_LOST;
	return tracer->sink->on_event(tracer->sink->context, event);
}

static bool is_asked_for(const struct tracer *tracer)
{
	const struct record_request *request = tracer->session.request;

	return tracer->wants_beside && !request->attach && !request->until_main_exits && !request->container &&
	       !request->exhaustive && launch_may_filter();
}

/* Why tracing cannot be used is for `snug doctor` to tell. */
void beside_begin(struct tracer *tracer)
{
	const struct tracefs_group_options options = {
		.sink = { .on_event = pass_on, .context = tracer }, .until_exec = true, .paths_elsewhere = true,
		.capset_elsewhere = true, .programs_elsewhere = true,
	};
	struct error ignored = ERROR_NONE;

	if (!is_asked_for(tracer))
		return;
	if (tracefs_open(&tracer->tracefs, true, &ignored) < 0) {
		tracer_note(tracer, NOTE_NO_TRACING);
		return;
	}
	tracer->session.look_ms = LOOK_MS;
	tracer->beside = tracefs_add_group(tracer->tracefs, &options);
	tracer->session.result->exhaustive = false;
	tracer->session.result->recorder = "auto";
	if (!tracefs_tells_checks(tracer->tracefs))
		return;
	decoder_is_told_of_checks(tracer->decoder);
	known_begin(tracer);
}

int beside_add(struct tracer *tracer, pid_t pid)
{
	int code = tracer->beside ? tracefs_add_process(tracer->beside, pid, STAGE_PROGRAM, tracer->session.err) : 0;

	return code < 0 ? code : 0;
}

void beside_capset(struct tracer *tracer, struct tracee *tracee)
{
	struct task task = call_task(tracee);

	if (tracer->beside)
		tracefs_kept_by_capset(tracer->beside, &task);
}

void beside_program(struct tracer *tracer, pid_t pid, const char *program)
{
	struct statx file;
	char exe[64];

	if (!tracer->beside || !program)
		return;
	snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)pid);
	if (statx(AT_FDCWD, exe, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, PROGRAM_MASK, &file) == 0)
		tracefs_program_told(tracer->beside, pid, program, &file);
}

void beside_foreign(struct tracer *tracer)
{
	if (tracer->beside)
		tracefs_foreign_call(tracer->tracefs);
}

void beside_look(struct tracer *tracer)
{
	struct pollfd ready = { .events = POLLIN };
	int code;

	if (!tracer->beside || !tracefs_is_settled(tracer->tracefs))	/* who is stopped would wait, too */
		return;
	ready.fd = tracefs_descriptor(tracer->tracefs);
	if (poll(&ready, 1, 0) <= 0)
		return;
	code = tracefs_step(tracer->tracefs, tracer->session.err);
	if (code < 0 && tracer->session.code == 0)
		tracer->session.code = code;
}

/* Everybody has ended: what they did last is read to its end. */
void beside_end(struct tracer *tracer)
{
	if (!tracer->beside)
		return;
	while (tracer->session.code == 0 && tracefs_step(tracer->tracefs, tracer->session.err) > 0)
		continue;
	known_end(tracer);
	tracefs_end_group(tracer->beside);
	tracer->beside = NULL;
	tracer->session.result->removal = tracefs_free_begin(tracer->tracefs);
	tracer->tracefs = NULL;
}

/* Does it stop whatever its arguments? Nobody else tells of it, some row has no condition, or we look at it for ourselves. */
static bool always_stops(const struct tracefs *tracefs, const struct call_row *row, const struct call *call)
{
	if (!tracefs_tells_call(tracefs, call->number) || call_is_watched(call))
		return true;
	for (size_t i = 0; i < row->access_count; i++)
		if (!row->accesses[i]->when[0].mask && !row->accesses[i]->when[1].mask)
			return true;
	return false;
}

/* Filled by the parent, loaded by the child. */
static struct call_filter filter;

struct beside {
	const struct tracer *tracer;
	struct call_table *table;
};

#define MISSING(index) { .when = { { index, UINT64_MAX, 0 } } }

static const struct syscall_access missing[] = { MISSING(0), MISSING(1), MISSING(2), MISSING(3), MISSING(4), MISSING(5) };
static const struct syscall_access *const missing_at[] = {
	&missing[0], &missing[1], &missing[2], &missing[3], &missing[4], &missing[5],
};

/* Where there is no address there is none to be read: send(2) is such a sendto(2). */
static bool unaddressed_passes(const struct call_row *row, struct call_decision *ret)
{
	const int address = call_address(row);

	if (address < 0)
		return false;
	*ret = (struct call_decision){ .passes = true, .among = &missing_at[address], .among_count = 1 };
	return true;
}

static struct call_decision decide(void *context, uint32_t number)
{
	const struct beside *beside = context;
	const struct call call = { .abi = arch_native(), .number = number };
	const struct call_row *row = call_table_find(beside->table, number);
	struct call_decision passes;

	if (tracefs_tells_call(beside->tracer->tracefs, number) &&
	    (known_passes(beside->tracer, number, &passes) || clone_passes(number, &passes) || unaddressed_passes(row, &passes)))
		return passes;
	if (always_stops(beside->tracer->tracefs, row, &call))
		return (struct call_decision){ .passes = false };
	return (struct call_decision){ .passes = true, .unless = row->accesses, .unless_count = row->access_count };
}

static void fill_filter(const struct tracer *tracer)
{
	struct beside beside = { tracer, call_table_new(arch_native()) };

	call_filter_make(&filter, decide, &beside);
	call_table_free(beside.table);
}

static void load_filter(void)
{
	const struct sock_fprog program = { (unsigned short)filter.length, filter.code };

	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);	/* the tracer sees the result */
}

void (*beside_filter(const struct tracer *tracer))(void)
{
	if (!tracer->beside)
		return NULL;
	fill_filter(tracer);
	return load_filter;
}
