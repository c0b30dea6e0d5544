/* SPDX-License-Identifier: Apache-2.0 */
/* When raw_syscalls is on, and for whom; see tracefs_raw.h. */
#include "record/tracefs_raw.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/tracefs_events.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"
#include "snug/string_set.h"

#define NAME_BYTES 15		/* of a comm: TASK_COMM_LEN - 1, include/linux/sched.h */
#define QUIET_NS 2000000000ull	/* without a new program: it may be off */

static const char *const sides[] = { "sys_enter", "sys_exit" };

struct tracefs_raw {
	const struct tracefs_instance *instance;	/* borrowed */
	char *numbers;			/* owned */
	struct string_set natives;	/* names of programs of the machine's own ABI, which the filter holds */
	bool full;			/* it can hold no more */
	bool on, kept, on_demand;
	int foreign;			/* processes of another ABI */
	uint64_t expected_ns;		/* when one was expected, last; it counts as one of them. 0 = none is */
	uint64_t filtered_ns;		/* when the filter was written, */
	uint64_t off_ns;		/* when it was switched off, */
	uint64_t news_ns;		/* and when a program began: last */
};

static int write_both(const struct tracefs_raw *raw, const char *file, const char *text)
{
	char path[64];
	int code = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sides) && code == 0; i++) {
		snprintf(path, sizeof(path), "events/raw_syscalls/%s/%s", sides[i], file);
		code = tracefs_file_write(raw->instance->folder, path, text);
	}
	return code;
}

static void write_filter(const struct tracefs_raw *raw, struct text *filter)
{
	const char *before = "(";

	text_printf(filter, "(%s) || ", raw->numbers);
	for (size_t i = 0; i < raw->natives.count; i++, before = " && ")
		text_printf(filter, "%scomm != \"%s\"", before, raw->natives.items[i]);
	text_puts(filter, raw->natives.count ? ")" : "common_pid > 0");
}

/* False when the kernel would not take it: what stood there stays. */
static bool filter(struct tracefs_raw *raw)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	if (raw->foreign)
		text_putc(&text, '0');
	else
		write_filter(raw, &text);
	if (text.length > TRACEFS_FILTER_MAX || write_both(raw, "filter", text_cstr(&text)) < 0)
		return false;
	raw->filtered_ns = monotonic_ns();
	return true;
}

/* With a condition, a trigger asks for membership first, and so do those of the same event that stand before it; each condition is waited
 * for when it is removed (trigger_data_free(), kernel/trace/trace_events_trigger.c). */
static bool set_triggers(const struct tracefs_raw *raw)
{
	char line[128];

	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		snprintf(line, sizeof(line), "enable_event:raw_syscalls:%s%s", sides[i], i == 0 ? " if common_pid > 0" : "");
		if (tracefs_file_append(raw->instance->folder, "events/sched/sched_process_exec/trigger", line) < 0)
			return false;
	}
	return true;
}

/* A name that could end its own quotation is never learnt: whatever bears it is told of, too often. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.+:@,[]()/ ", *c))
			return false;
	return *name;
}

struct tracefs_raw *tracefs_raw_open(const struct tracefs_instance *instance, const struct text *numbers, bool on_demand)
{
	struct tracefs_raw *raw = xcalloc(1, sizeof(*raw));
	auto_free char *name = NULL;

	raw->instance = instance;
	raw->numbers = xstrdup(text_cstr(numbers));
	raw->on = !on_demand;
	raw->on_demand = on_demand;
	raw->news_ns = monotonic_ns();
	if (on_demand)
		return raw;
	raw->kept = !set_triggers(raw);
	name = read_task_name(getpid());
	if (name && is_plain(name))	/* a child of ours, until it executes its program */
		string_set_add(&raw->natives, name);
	filter(raw);
	return raw;
}

struct tracefs_raw *tracefs_raw_free(struct tracefs_raw *raw)
{
	if (!raw)
		return NULL;
	string_set_done(&raw->natives);
	free(raw->numbers);
	free(raw);
	return NULL;
}

static void forget(struct string_set *set, const char *name)
{
	struct string_set others = STRING_SET_EMPTY;

	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i], name) != 0)
			string_set_add(&others, set->items[i]);
	string_set_done(set);
	*set = others;
}

static void switch_off(struct tracefs_raw *raw)
{
	write_both(raw, "enable", "0");
	raw->off_ns = monotonic_ns();
	raw->on = false;
}

static void switch_on(struct tracefs_raw *raw)
{
	write_both(raw, "enable", "1");
	raw->on = true;
}

/* To write a filter takes milliseconds in which a busy program fills the buffers; to switch off what a trigger may switch on
 * again takes none. */
static void learn(struct tracefs_raw *raw, const char *name)
{
	if (raw->on_demand || raw->full || !is_plain(name) || !string_set_add(&raw->natives, name) || raw->foreign)
		return;
	if (!raw->kept)
		switch_off(raw);
	if (!filter(raw)) {
		forget(&raw->natives, name);
		raw->full = true;
	}
	switch_on(raw);
}

static void name_of(const char *program, char ret[static NAME_BYTES + 1])
{
	const char *slash = strrchr(program, '/');

	snprintf(ret, NAME_BYTES + 1, "%s", slash ? slash + 1 : program);
}

void tracefs_raw_knows(struct tracefs_raw *raw, const char *program)
{
	char name[NAME_BYTES + 1];

	name_of(program, name);
	learn(raw, name);
}

bool tracefs_raw_program_began(struct tracefs_raw *raw, const char *program, bool is_native, uint64_t time_ns)
{
	bool missed = raw->off_ns > time_ns;	/* it was switched off after the kernel had switched it on */
	char name[NAME_BYTES + 1];
	bool known;

	if (raw->on_demand)
		return true;
	name_of(program, name);
	known = string_set_has(&raw->natives, name);
	if (time_ns > raw->news_ns)
		raw->news_ns = time_ns;
	raw->on = true;
	if (missed)
		switch_on(raw);
	if (is_native) {
		learn(raw, name);
	} else if (known) {
		forget(&raw->natives, name);
		filter(raw);
	}
	return !missed && (!known || raw->foreign);
}

/* Records from before the filter was as it is come for a while. */
void tracefs_raw_told_twice(struct tracefs_raw *raw, pid_t tid, uint64_t time_ns)
{
	auto_free char *name = NULL;

	if (raw->on_demand || raw->full || raw->foreign || time_ns < raw->filtered_ns)
		return;
	name = read_task_name(tid);
	if (name)
		learn(raw, name);
}

void tracefs_raw_foreign(struct tracefs_raw *raw, int change)
{
	bool before = raw->foreign, after = (raw->foreign += change);

	if (raw->on_demand && raw->on && !after)
		switch_off(raw);
	else if (!raw->on_demand && before != after)
		filter(raw);
}

void tracefs_raw_expects(struct tracefs_raw *raw, uint64_t now_ns)
{
	if (!raw->expected_ns)
		tracefs_raw_foreign(raw, 1);
	raw->expected_ns = now_ns;
}

bool tracefs_raw_tells_all(const struct tracefs_raw *raw)
{
	return raw->foreign > 0;
}

/* It runs, and counts by itself, or came to nothing. */
static void expect_no_more(struct tracefs_raw *raw, uint64_t now_ns)
{
	if (!raw->expected_ns || now_ns < raw->expected_ns + QUIET_NS)
		return;
	raw->expected_ns = 0;
	tracefs_raw_foreign(raw, -1);
}

void tracefs_raw_demand(struct tracefs_raw *raw)
{
	if (raw->on_demand && !raw->on)
		switch_on(raw);
}

void tracefs_raw_keep(struct tracefs_raw *raw)
{
	raw->kept = true;
}

void tracefs_raw_look(struct tracefs_raw *raw, uint64_t now_ns)
{
	expect_no_more(raw, now_ns);
	if (!raw->on || raw->on_demand || raw->kept || raw->foreign || now_ns < raw->news_ns + QUIET_NS)
		return;
	switch_off(raw);
}
