/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as canonical JSON: keys sorted, one entry a line, nothing larger in memory than one entry. */
#include <assert.h>
#include <string.h>

#include "snug/cleanup.h"
#include "trace/section.h"

#define FIELDS_MAX 32	/* of one section */

/* A section on its way out: rows of fields stand in the order in which entries sort, keys in that of their bytes. */
struct writer {
	const struct section *section;
	const struct field *fields[FIELDS_MAX];	/* by key */
	size_t count;
	struct text entry;	/* owned; scratch */
	FILE *out;
};

static void sort_fields(struct writer *writer)
{
	for (const struct field *field = writer->section->fields; field->key; field++) {
		size_t at = writer->count++;

		assert(at < FIELDS_MAX);
		for (; at > 0 && strcmp(writer->fields[at - 1]->key, field->key) > 0; at--)
			writer->fields[at] = writer->fields[at - 1];
		writer->fields[at] = field;
	}
}

static void write_entry(struct writer *writer, const void *entry, const char *separator)
{
	struct text *text = &writer->entry;

	text_clear(text);
	text_puts(text, separator);
	text_putc(text, '{');
	for (size_t i = 0; i < writer->count; i++)
		writer->fields[i]->type->write(writer->fields[i], entry, text);
	text_putc(text, '}');
	fwrite(text->data, 1, text->length, writer->out);
}

static void write_entries(const struct section *section, struct map *entries, FILE *out)
{
	struct writer writer = { .section = section, .out = out };
	const char *separator = "\n";
	union entry part;

	sort_fields(&writer);
	for (size_t i = 0; i < map_count(entries); i++) {
		const void *entry = map_value_at(entries, i);
		size_t parts = section->split ? section->split(entry, 0, &part) : 1;

		for (size_t j = 0; j < parts; j++) {
			if (section->split)
				section->split(entry, j, &part);
			write_entry(&writer, section->split ? &part : entry, separator);
			separator = ",\n";
		}
	}
	text_done(&writer.entry);
}

static void write_counters(struct map *counters, FILE *out)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	counters_write(counters, &text);
	fputs(text.data, out);
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
			write_counters(map, out);
		}
	}
	fputs("\n}\n", out);
}
