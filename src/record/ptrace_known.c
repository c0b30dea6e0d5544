/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups of files that are known stop nobody: the kernel's memory of them (kernel_known.h) beside the filter.
 *
 * A call that looks up one file and changes no name tells the same at its end as at its entry: it passes the filter, and stops
 * its caller when it has ended, if it was news. What a look-up tells depends on where its caller stands, which a task gets
 * from its parent, and which is asked for again when it has executed another program or somebody has moved. Where tracing
 * does not tell of capability checks the decoder infers them from each call: there every look-up stops as any other call.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "record/call_filter.h"
#include "record/call_table.h"
#include "record/kernel_known.h"
#include "record/ptrace_internal.h"
#include "snug/memory.h"

#define LOOKS (ACCESS_LOOK | ACCESS_READ | ACCESS_WRITE | ACCESS_WATCH)	/* no name is made, moved or taken away */
#define UNNAMED (O_TMPFILE & ~O_DIRECTORY)

/* A call of the native ABI that the kernel's memory serves. */
struct look_up {
	struct kernel_known_call call;
	struct syscall_access creates[2];	/* conditions under which it is no look-up */
	const struct syscall_access *unless[2];
	size_t unless_count;
};

struct look_ups {
	struct look_up rows[CALL_NUMBERS_MAX];	/* by number; one that is none has no path */
	struct kernel_known *known;
	struct decode_changes seen;
};

static void add_creating_flag(struct look_up *row, int index, uint64_t flag)
{
	struct syscall_access *creates = &row->creates[row->unless_count];

	creates->when[0] = (struct condition){ (unsigned int)index, flag, flag };
	row->unless[row->unless_count++] = creates;
	row->call.except |= flag;
}

/* False: it is something else. */
static bool fill_look_up(struct look_up *row, uint32_t number, const struct call_row *call)
{
	const struct syscall_access *access = call->access_count == 1 ? call->accesses[0] : NULL;

	if (!access || call->argument_count || access->when[0].mask || access->access & ~(uint32_t)LOOKS)
		return false;
	*row = (struct look_up){
		.call = { .number = number, .path = access->arg[0], .folder = access->arg[1], .flags = access->arg[2] },
		.call.empty_tells_nothing = access->access == ACCESS_LOOK,
	};
	switch (access->subject) {
	case SUBJECT_PATH:
		return true;
	case SUBJECT_OPEN:
		if (row->call.flags == NO_ARGUMENT)
			return false;
		add_creating_flag(row, row->call.flags, O_CREAT);
		add_creating_flag(row, row->call.flags, UNNAMED);
		return true;
	default:
		return false;
	}
}

static bool is_look_up(const struct look_up *row)
{
	return row->call.path >= 0;
}

/* In the order of their numbers; returns how many. */
static size_t collect(struct look_ups *look_ups, struct kernel_known_call calls[CALL_NUMBERS_MAX])
{
	struct call_table *table = call_table_new(arch_native());
	size_t count = 0;

	for (uint32_t number = 0; number < CALL_NUMBERS_MAX; number++) {
		struct look_up *row = &look_ups->rows[number];
		const struct call_row *call = call_table_find(table, number);

		if (call->name && fill_look_up(row, number, call))
			calls[count++] = row->call;
		else
			*row = (struct look_up){ .call = { .path = NO_ARGUMENT } };
	}
	call_table_free(table);
	return count;
}

int recorder_probe_look_ups(struct error *err)
{
	struct kernel_known *known = NULL;
	const int code = kernel_known_new(&known, NULL, 0, err);

	kernel_known_free(known);
	return code;
}

void known_begin(struct tracer *tracer)
{
	struct kernel_known_call calls[CALL_NUMBERS_MAX];
	struct look_ups *look_ups = xcalloc(1, sizeof(*look_ups));
	struct error ignored = ERROR_NONE;

	if (kernel_known_new(&look_ups->known, calls, collect(look_ups, calls), &ignored) == 0)
		tracer->look_ups = look_ups;
	else
		free(look_ups);
}

void known_end(struct tracer *tracer)
{
	uint64_t lost;

	if (!tracer->look_ups)
		return;
	lost = kernel_known_lost(tracer->look_ups->known);
	if (lost)
		tracer_lost(tracer, "look-ups", lost);
	kernel_known_free(tracer->look_ups->known);
	free(tracer->look_ups);
	tracer->look_ups = NULL;
}

bool known_passes(const struct tracer *tracer, uint32_t number, struct call_decision *ret)
{
	const struct look_up *row;

	if (!tracer->look_ups)
		return false;
	row = &tracer->look_ups->rows[number];
	*ret = (struct call_decision){ .passes = true, .unless = row->unless, .unless_count = row->unless_count };
	return is_look_up(row);
}

void known_follow(struct tracer *tracer, struct tracee *tracee, uint32_t place)
{
	if (!tracer->look_ups)
		return;
	tracee->place = place;
	if (kernel_known_follow(tracer->look_ups->known, tracee->tid, place) < 0)
		tracer_lost(tracer, "look-ups", UINT64_MAX);
}

void known_follow_now(struct tracer *tracer, struct tracee *tracee)
{
	struct task task = call_task(tracee);

	if (tracer->look_ups)
		known_follow(tracer, tracee, decode_place(tracer->decoder, &task));
}

void known_leave(struct tracer *tracer, const struct tracee *tracee)
{
	if (tracer->look_ups)
		kernel_known_leave(tracer->look_ups->known, tracee->tid);
}

void known_settle(struct tracer *tracer)
{
	struct look_ups *look_ups = tracer->look_ups;
	struct decode_changes now;

	if (!look_ups)
		return;
	now = decode_changes(tracer->decoder);
	if (now.names != look_ups->seen.names)
		kernel_known_forget(look_ups->known);
	if (now.places != look_ups->seen.places)
		for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t))
			if (t->place)
				known_follow(tracer, t, 0);
	look_ups->seen = now;
}

static void learn(struct tracer *tracer, struct tracee *tracee, struct kernel_known_news *news)
{
	if (!tracee->place)
		known_follow_now(tracer, tracee);
	if (!tracee->place || !news->has_key || !decode_same_again(tracer->decoder))
		return;
	news->key.place = tracee->place;
	kernel_known_learn(tracer->look_ups->known, &news->key);
}

/* A call of another ABI has stopped at its entry, as it always does; its number means something else. */
static bool is_native(const struct tracee *tracee)
{
	struct __ptrace_syscall_info info = { 0 };

	return ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, sizeof(info), &info) > 0 &&
	       info.arch == arch_native()->audit_arch;
}

void known_stopped(struct tracer *tracer, struct tracee *tracee)
{
	struct call call = { .abi = arch_native() };
	struct kernel_known_news news;
	const struct look_up *row;

	if (!tracer->look_ups || !kernel_known_take(tracer->look_ups->known, tracee->tid, &news))
		return;
	call.number = news.number;
	row = &tracer->look_ups->rows[news.number];
	memcpy(call.args, news.args, sizeof(call.args));
	if (tracer->foreign_calls && !is_native(tracee))
		return;
	if (news.has_key && row->call.path >= 0 && news.key.path[0]) {
		tracee->told_text = news.key.path;
		tracee->told_address = news.args[row->call.path];
	}
	call_entered(tracer, tracee, &call);
	tracee->told_text = NULL;
	call_left(tracer, tracee, news.result);
	learn(tracer, tracee, &news);
}
