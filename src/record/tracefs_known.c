/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of known paths; see tracefs_known.h. */
#include "record/tracefs_known.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/text.h"

struct known_calls {
	struct text filter;	/* of what is dropped */
	bool full;		/* it can hold no more */
};

struct tracefs_known {
	struct tracefs_events *events;		/* borrowed */
	const struct call_table *table;		/* borrowed */
	struct known_calls of[TRACEFS_NUMBERS_MAX];
};

struct tracefs_known *tracefs_known_new(struct tracefs_events *events, const struct call_table *table)
{
	struct tracefs_known *known = xcalloc(1, sizeof(*known));

	known->events = events;
	known->table = table;
	return known;
}

struct tracefs_known *tracefs_known_free(struct tracefs_known *known)
{
	for (size_t i = 0; known && i < ARRAY_SIZE(known->of); i++)
		text_done(&known->of[i].filter);
	free(known);
	return NULL;
}

/* What could end its own quotation is no part of a filter. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.+:@,/", *c))
			return false;
	return true;
}

unsigned int tracefs_known_registers(const struct call_row *row)
{
	unsigned int set = 0;

	for (size_t i = 0; i < row->access_count; i++) {
		const struct syscall_access *access = row->accesses[i];

		for (size_t j = 2; j < ARRAY_SIZE(access->arg); j++)
			set |= access->arg[j] == NO_ARGUMENT ? 0 : 1u << access->arg[j];
		for (size_t j = 0; j < ARRAY_SIZE(access->when); j++)
			set |= access->when[j].mask ? 1u << access->when[j].index : 0;
	}
	for (size_t i = 0; i < row->argument_count; i++)
		set |= 1u << (row->arguments[i]->index & ~ARGUMENT_POINTED_TO);
	return set;
}

/* "(comm != "cat" || __filename_val != "/etc/passwd" || flag != 0)"; false when no filter can say it. From another folder a path that
 * begins there would be another. */
static bool write_condition(const struct tracefs_known *known, const struct call *call, const char *task_name,
			    const char *const *paths, struct text *out)
{
	unsigned int registers = tracefs_known_registers(call_table_find(known->table, call->number));

	if (!is_plain(task_name))
		return false;
	text_printf(out, "(comm != \"%s\"", task_name);
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		const char *name = tracefs_event_argument(known->events, call->number, i);

		if (!paths[i] && !(registers & 1u << i))
			continue;
		if (!name || (paths[i] && (paths[i][0] != '/' || !is_plain(paths[i]))))
			return false;
		if (paths[i])
			text_printf(out, " || __%s_val != \"%s\"", name, paths[i]);
		else
			text_printf(out, " || %s != %" PRIu64, name, call->args[i]);
	}
	text_putc(out, ')');
	return true;
}

void tracefs_known_call(struct tracefs_known *known, const struct call *call, const char *name,
			const char *const paths[static 6])
{
	struct known_calls *calls = call->number < TRACEFS_NUMBERS_MAX ? &known->of[call->number] : NULL;
	CLEANUP(text_done) struct text condition = TEXT_EMPTY;
	size_t before;

	if (!calls || calls->full || !write_condition(known, call, name, paths, &condition))
		return;
	before = calls->filter.length;
	if (!strstr(text_cstr(&calls->filter), text_cstr(&condition)))	/* else somebody wanted all of them for a while */
		text_printf(&calls->filter, "%s%s", before ? " && " : "", text_cstr(&condition));
	if (calls->filter.length <= TRACEFS_FILTER_MAX &&
	    tracefs_event_filter(known->events, call->number, TRACEFS_SIDE_ENTER, text_cstr(&calls->filter)) == 0)
		return;
	calls->filter.length = before;
	calls->filter.data[before] = '\0';
	calls->full = true;
}

void tracefs_known_forget(struct tracefs_known *known)
{
	for (uint64_t number = 0; number < ARRAY_SIZE(known->of); number++) {
		if (!known->of[number].filter.length)
			continue;
		text_clear(&known->of[number].filter);
		known->of[number].full = false;
		tracefs_event_switch(known->events, number, TRACEFS_SIDE_ENTER, true);
	}
}
