/* SPDX-License-Identifier: Apache-2.0 */
/* A trace's life, and the one door into it: every fact, of an event, of a file, of another trace, is absorbed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

static void shared_set_free(void *value)
{
	string_set_done(value);
	free(value);
}

struct trace *trace_new(void)
{
	struct trace *trace = xcalloc(1, sizeof(*trace));

	for (const struct section *section = sections; section->key; section++)
		*(struct map **)((char *)trace + section->offset) = map_new(section->fields ? NULL : free);
	trace->shared_sets = map_new(shared_set_free);
	return trace;
}

static void free_entries(const struct section *section, struct map *map)
{
	for (size_t i = 0; section->fields && i < map_count(map); i++) {
		void *entry = map_value_at(map, i);

		entry_done(section, entry);
		free(entry);
	}
}

struct trace *trace_free(struct trace *trace)
{
	if (!trace)
		return NULL;
	for (const struct section *section = sections; section->key; section++) {
		free_entries(section, section_map(trace, section));
		map_free(section_map(trace, section));
	}
	map_free(trace->shared_sets);
	text_done(&trace->key);
	free(trace);
	return NULL;
}

/* Sets are equal when members, bound and `more` are. */
static void identify_set(const struct string_set *set, struct text *key)
{
	text_add(key, &set->limit, sizeof(set->limit));
	text_putc(key, set->more);
	for (size_t i = 0; i < set->count; i++)
		text_add(key, set->items[i], strlen(set->items[i]) + 1);
}

/* Most sets are one of the last few, of the same program and run. */
static const struct string_set **last_alike(struct trace *trace, const struct string_set *set)
{
	size_t first = set->count ? strlen(set->items[0]) : 0;

	return &trace->last_sets[(set->limit + set->count + first) % ARRAY_SIZE(trace->last_sets)];
}

const struct string_set *trace_share_set(struct trace *trace, const struct string_set *set)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	const struct string_set **last = last_alike(trace, set);
	struct string_set **shared;

	if (*last && (*last)->limit == set->limit && string_set_equal(*last, set))
		return *last;
	identify_set(set, &key);
	shared = (struct string_set **)map_slot(trace->shared_sets, key.data, key.length);
	if (!*shared) {
		*shared = xcalloc(1, sizeof(**shared));
		(*shared)->limit = set->limit;
		string_set_union(*shared, set);
	}
	return *last = *shared;
}

static void identify(const struct section *section, const void *entry, struct text *key)
{
	for (const struct field *field = section->fields; field->key; field++)
		if (field->flags & FIELD_IDENTITY)
			field->type->identify(field, entry, key);
}

void *trace_lookup(struct trace *trace, const struct section *section, const void *entry)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;

	identify(section, entry, &key);
	return map_get(section_map(trace, section), key.data, key.length);
}

void *trace_absorb(struct trace *trace, const struct section *section, const void *entry)
{
	void **slot;

	text_clear(&trace->key);
	identify(section, entry, &trace->key);
	slot = map_slot(section_map(trace, section), trace->key.data, trace->key.length);
	if (!*slot) {
		*slot = xcalloc(1, section->entry_size);
		trace->entries++;
		entry_init(trace, section, *slot);
	}
	for (const struct field *field = section->fields; field->key; field++)
		field->type->merge(trace, field, *slot, entry);
	if (section->settle)
		section->settle(*slot);
	return *slot;
}

size_t trace_count(const struct trace *trace)
{
	return trace->entries;
}

bool trace_is_complete(struct trace *trace)
{
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (!run->complete)
			return false;
	}
	return map_count(trace->runs) > 0;
}

struct capability_fact trace_capability_fact(const struct trace_capability *seen)
{
	return (struct capability_fact){
		.number = seen->number, .instead_of = seen->instead_of, .granted = seen->granted,
		.own_userns = seen->own_userns, .inferred = seen->inferred, .marks = seen->marks,
		.reason = seen->reason, .outcome = seen->outcome,
	};
}
