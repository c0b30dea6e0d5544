/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of known paths; see tracefs_known.h. */
#include "record/tracefs_known.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/renamed.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define REPETITIONS 64		/* of a call before the kernel is asked to drop it: to write a filter takes milliseconds */
#define USES_MAX 8192		/* that are known at a time */
#define LENGTH_MAX 255		/* bytes of a string in a filter: MAX_FILTER_STR_VAL, include/linux/trace_events.h */

struct known_calls {
	struct text filter;	/* of what is dropped */
	struct string_set files;	/* that it is about */
	bool closes_on_exec;	/* each of these */
	bool full;		/* it can hold no more */
	bool doubtful;		/* what was dropped last may have been about others */
};

struct seen {
	size_t count;
	char *file;		/* owned */
};

struct tracefs_known {
	struct tracefs_events *events;		/* borrowed */
	const struct call_table *table;		/* borrowed */
	struct map *uses;			/* owned; struct seen by what tells uses apart */
	struct string_set files;		/* of these */
	bool ended;
	struct known_calls of[TRACEFS_NUMBERS_MAX];
};

static void seen_free(void *value)
{
	struct seen *seen = value;

	free(seen->file);
	free(seen);
}

struct tracefs_known *tracefs_known_new(struct tracefs_events *events, const struct call_table *table)
{
	struct tracefs_known *known = xcalloc(1, sizeof(*known));

	known->events = events;
	known->table = table;
	known->uses = map_new(seen_free);
	return known;
}

struct tracefs_known *tracefs_known_free(struct tracefs_known *known)
{
	for (size_t i = 0; known && i < ARRAY_SIZE(known->of); i++) {
		text_done(&known->of[i].filter);
		string_set_done(&known->of[i].files);
	}
	if (known) {
		map_free(known->uses);
		string_set_done(&known->files);
	}
	free(known);
	return NULL;
}

/* Another folder would make it another path, and what could end its own quotation is no part of a filter. */
static bool is_plain(const char *path)
{
	if (strlen(path) > LENGTH_MAX)
		return false;
	for (const char *c = path; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.+:@,/", *c))
			return false;
	return path[0] == '/';
}

/* Set of 1 << index of the registers that say what is done to the file. */
static unsigned int deciding(const struct call_row *row)
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

/* "(__filename_val != "/etc/passwd" || flags != 0)"; false when no filter can say it. */
static bool write_condition(const struct tracefs_known *known, const struct known_use *use, struct text *out)
{
	const struct call *call = use->call;
	unsigned int registers = deciding(call_table_find(known->table, call->number));
	const char *before = "(";

	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		const char *name = tracefs_event_argument(known->events, call->number, i), *path = use->paths[i];

		if (!path && !(registers & 1u << i))
			continue;
		if (!name || (path && !is_plain(path)))
			return false;
		if (path)
			text_printf(out, "%s__%s_val != \"%s\"", before, name, path);
		else
			text_printf(out, "%s%s != %" PRIu64, before, name, call->args[i]);
		before = " || ";
	}
	text_putc(out, ')');
	return true;
}

/* False when a path of it begins at a descriptor, which may be another folder's by then. */
static bool write_key(const struct tracefs_known *known, const struct known_use *use, struct text *out)
{
	const struct call_row *row = call_table_find(known->table, use->call->number);
	unsigned int registers = deciding(row);
	const uintptr_t head[] = { (uintptr_t)use->call->number, (uintptr_t)use->by, use->place };

	text_add(out, head, sizeof(head));
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		if (use->paths[i])
			text_add(out, use->paths[i], strlen(use->paths[i]) + 1);
		else if (registers & 1u << i)
			text_add(out, &use->call->args[i], sizeof(use->call->args[i]));
	}
	for (size_t i = 0; i < row->access_count; i++) {
		const signed char *arg = row->accesses[i]->arg;
		const char *path = arg[0] == NO_ARGUMENT ? NULL : use->paths[(size_t)arg[0]];

		if (path && path[0] != '/' && (!path[0] || (arg[1] != NO_ARGUMENT && (int)use->call->args[(size_t)arg[1]] != AT_FDCWD)))
			return false;
	}
	return true;
}

const char *tracefs_known_file(struct tracefs_known *known, const struct known_use *use)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	const struct seen *seen = NULL;

	if (write_key(known, use, &key))
		seen = map_get(known->uses, key.data, key.length);
	return seen ? seen->file : NULL;
}

static void forget_uses(struct tracefs_known *known)
{
	map_free(known->uses);
	known->uses = map_new(seen_free);
	string_set_done(&known->files);
}

/* How often the use has come; 0 = none can be told apart from others. */
static size_t count_use(struct tracefs_known *known, const struct known_use *use, const char *file)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct seen *seen;
	void **slot;

	if (!write_key(known, use, &key))
		return 0;
	if (map_count(known->uses) >= USES_MAX && !map_get(known->uses, key.data, key.length))
		forget_uses(known);
	slot = map_slot(known->uses, key.data, key.length);
	if (!*slot) {
		seen = xcalloc(1, sizeof(*seen));
		seen->file = xstrdup(file);
		string_set_add(&known->files, file);
		*slot = seen;
	}
	seen = *slot;
	return ++seen->count;
}

/* One write: the kernel's filter takes effect as a whole. */
static void drop(struct tracefs_known *known, uint64_t number, const struct text *condition)
{
	struct known_calls *calls = &known->of[number];
	size_t before = calls->filter.length;

	if (!strstr(text_cstr(&calls->filter), text_cstr(condition)))	/* else somebody wanted all of them for a while */
		text_printf(&calls->filter, "%s%s", before ? " && " : "", text_cstr(condition));
	if (calls->filter.length <= TRACEFS_FILTER_MAX &&
	    tracefs_event_filter(known->events, number, TRACEFS_SIDE_ENTER, text_cstr(&calls->filter)) == 0)
		return;
	calls->filter.length = before;
	calls->filter.data[before] = '\0';
	calls->full = true;
}

void tracefs_known_call(struct tracefs_known *known, const struct known_use *use, const char *file, bool may_drop)
{
	struct known_calls *calls = use->call->number < TRACEFS_NUMBERS_MAX ? &known->of[use->call->number] : NULL;
	CLEANUP(text_done) struct text condition = TEXT_EMPTY;
	size_t count = known->ended || !calls ? 0 : count_use(known, use, file);

	if (!count || count % REPETITIONS || !may_drop || calls->full ||
	    (calls->files.count && calls->closes_on_exec != use->closes_on_exec) || !write_condition(known, use, &condition))
		return;
	string_set_add(&calls->files, file);	/* before: what is dropped is one of them */
	calls->closes_on_exec = use->closes_on_exec;
	calls->doubtful = false;
	drop(known, use->call->number, &condition);
}

const struct string_set *tracefs_known_files(const struct tracefs_known *known, uint64_t number)
{
	static const struct string_set none;

	return number < TRACEFS_NUMBERS_MAX ? &known->of[number].files : &none;
}

bool tracefs_known_closes_on_exec(const struct tracefs_known *known, uint64_t number)
{
	return number < TRACEFS_NUMBERS_MAX && known->of[number].closes_on_exec;
}

bool tracefs_known_is_doubtful(const struct tracefs_known *known, uint64_t number)
{
	return number < TRACEFS_NUMBERS_MAX && known->of[number].doubtful;
}

static void forget(struct tracefs_known *known, uint64_t number)
{
	struct known_calls *calls = &known->of[number];

	text_clear(&calls->filter);
	string_set_done(&calls->files);
	calls->full = false;
	tracefs_event_switch(known->events, number, TRACEFS_SIDE_ENTER, true);
}

static bool is_about(const struct string_set *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (!name || path_is_at_or_below(files->items[i], name))
			return true;
	return false;
}

void tracefs_known_changed(struct tracefs_known *known, const char *name)
{
	if (is_about(&known->files, name))
		forget_uses(known);
	for (uint64_t number = 0; number < ARRAY_SIZE(known->of); number++) {
		if (!is_about(&known->of[number].files, name))
			continue;
		known->of[number].doubtful = true;
		forget(known, number);
	}
}

void tracefs_known_forget(struct tracefs_known *known)
{
	forget_uses(known);
	for (uint64_t number = 0; number < ARRAY_SIZE(known->of); number++)
		if (known->of[number].files.count)
			forget(known, number);
}

void tracefs_known_end(struct tracefs_known *known)
{
	tracefs_known_changed(known, NULL);
	known->ended = true;
}
