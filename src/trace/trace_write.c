/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as canonical JSON: keys sorted, one entry a line, nothing larger in memory than one entry. */
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

static void write_json(json_t *json, FILE *out)
{
	auto_free char *line = memory_checked(json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS));

	fputs(line, out);
	json_decref(json);
}

static void write_entry(const struct section *section, const void *entry, FILE *out)
{
	json_t *object = memory_checked(json_object());

	for (const struct field *field = section->fields; field->key; field++)
		field->type->write(field, entry, object);
	write_json(object, out);
}

static void write_entries(const struct section *section, struct map *entries, FILE *out)
{
	union entry part;
	const char *separator = "\n";

	for (size_t i = 0; i < map_count(entries); i++) {
		const void *entry = map_value_at(entries, i);
		size_t parts = section->split ? section->split(entry, 0, &part) : 1;

		for (size_t j = 0; j < parts; j++) {
			if (section->split)
				section->split(entry, j, &part);
			fputs(separator, out);
			write_entry(section, section->split ? &part : entry, out);
			separator = ",\n";
		}
	}
}

void trace_write(struct trace *trace, FILE *out)
{
	fputs("{\"format\":\"" TRACE_FORMAT "\"", out);
	for (const struct section *section = sections; section->key; section++) {
		struct map *map = section_map(trace, section);

		if (section->is_optional && !map_count(map))
			continue;
		fprintf(out, ",\n\"%s\":", section->key);
		if (section->fields) {
			fputc('[', out);
			write_entries(section, map, out);
			fputs(map_count(map) ? "\n]" : "]", out);
		} else {
			write_json(counters_write(map), out);
		}
	}
	fputs("\n}\n", out);
}
