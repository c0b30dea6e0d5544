/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The union of traces.
 *
 * Each field's union is commutative, associative and idempotent, so a trace's is. Two copies of one run (same id,
 * as a long run is written at intervals) become one: of what differs the larger is kept, which for counts, durations and
 * ends is the later. What cannot differ between copies trace_check_runs() compares.
 */
#include <errno.h>
#include <string.h>

#include "snug/cleanup.h"
#include "trace/section.h"

void trace_merge(struct trace *into, struct trace *from)
{
	for (const struct section *section = sections; section->key; section++) {
		struct map *entries = section_map(from, section);

		if (!section->fields)
			counters_merge(section_map(into, section), entries);
		for (size_t i = 0; section->fields && i < map_count(entries); i++)
			trace_absorb(into, section, map_value_at(entries, i));
	}
}

static int check_run(const struct trace_run *a, const struct trace_run *b, struct error *err)
{
	const struct section *section = section_by_key("runs");

	for (const struct field *field = section->fields; field->key; field++) {
		CLEANUP(text_done) struct text one = TEXT_EMPTY, other = TEXT_EMPTY;

		if (!(field->flags & FIELD_FIXED))
			continue;
		field->type->write(field, a, &one);
		field->type->write(field, b, &other);
		if (one.length && other.length && strcmp(one.data, other.data) != 0)
			return error_set(err, -EINVAL, "run '%s' differs in '%s'", a->id, field->key);
	}
	return 0;
}

int trace_check_runs(struct trace *a, struct trace *b, struct error *err)
{
	for (size_t i = 0; i < map_count(a->runs); i++) {
		size_t length;
		const void *key = map_key_at(a->runs, i, &length);
		const struct trace_run *other = map_get(b->runs, key, length);
		int code = other ? check_run(map_value_at(a->runs, i), other, err) : 0;

		if (code < 0)
			return code;
	}
	return 0;
}
