/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON to a trace, entry by entry.
 *
 * The file's frame (one object of arrays) is walked here, each entry is parsed by jansson on its own:
 * a tree of the whole file would take six times the file's size. Nothing is guessed: what this version does not
 * know, it refuses, naming the entry.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

#define FORMAT_PREFIX "snug-trace/"

struct reader {
	const char *data;
	size_t length;
	size_t at;
	struct trace *trace;	/* borrowed */
	uint32_t seen;		/* bit i = sections[i] has been read */
	struct error *err;
	bool hinted;		/* the error says what to do about it */
};

static int hint(struct reader *reader, const char *words)
{
	reader->hinted = true;
	return error_hint(reader->err, "%s", words);
}

static int bad_json(struct reader *reader, const char *what)
{
	size_t line = 1;

	for (size_t i = 0; i < reader->at && i < reader->length; i++)
		line += reader->data[i] == '\n';
	if (reader->at >= reader->length) {
		error_set(reader->err, -EINVAL, "it ends in the middle, in line %zu", line);
		return hint(reader, "it was cut off; record again, or copy it again");
	}
	return error_set(reader->err, -EINVAL, "not valid JSON in line %zu: %s", line, what);
}

static char peek(struct reader *reader)
{
	while (reader->at < reader->length && strchr(" \t\r\n", reader->data[reader->at]) &&
	       reader->data[reader->at])
		reader->at++;
	return reader->at < reader->length ? reader->data[reader->at] : '\0';
}

static int expect(struct reader *reader, char c)
{
	char what[] = "'?' expected";

	what[1] = c;
	if (peek(reader) != c)
		return bad_json(reader, what);
	reader->at++;
	return 0;
}

/* One JSON value from here on. The caller owns `*ret`. */
static int parse(struct reader *reader, json_t **ret)
{
	json_error_t why;

	peek(reader);
	*ret = json_loadb(reader->data + reader->at, reader->length - reader->at,
			  JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &why);
	if (*ret) {
		reader->at += (size_t)why.position;
		return 0;
	}
	if (json_error_code(&why) == json_error_premature_end_of_input)
		reader->at = reader->length;
	return bad_json(reader, why.text);
}

/* Walks "OPEN item, item CLOSE"; on_item() stands before an item and goes behind it, positive = stop here. */
static int walk(struct reader *reader, char open, char close,
		int (*on_item)(struct reader *reader, const void *context, size_t index), const void *context)
{
	int code = expect(reader, open);

	if (code == 0 && peek(reader) == close) {
		reader->at++;
		return 0;
	}
	for (size_t i = 0; code == 0; i++) {
		code = on_item(reader, context, i);
		if (code == 0 && peek(reader) != ',') {
			code = expect(reader, close);
			break;
		}
		reader->at += code == 0;
	}
	return code;
}

static int skip_item(struct reader *reader, const void *context, size_t index)
{
	json_t *value = NULL;
	int code = parse(reader, &value);

	(void)context;
	(void)index;
	json_decref(value);
	return code;
}

static int skip_value(struct reader *reader)
{
	return peek(reader) == '[' ? walk(reader, '[', ']', skip_item, NULL) : skip_item(reader, NULL, 0);
}

/* --- the format -------------------------------------------------------------- */

static int check_format(struct reader *reader, const char *format)
{
	if (!format)
		return error_set(reader->err, -EINVAL, "'format' is not a string");
	if (strcmp(format, TRACE_FORMAT) == 0)
		return 1;
	if (strncmp(format, FORMAT_PREFIX, strlen(FORMAT_PREFIX)) != 0)
		return error_set(reader->err, -EINVAL, "not a trace of snug: its format is '%s'", format);
	error_set(reader->err, -EINVAL, "a newer snug wrote it, in format '%s'; this one reads '%s'", format,
		  TRACE_FORMAT);
	return hint(reader, "install that snug, or record again with this one");
}

/* Takes "KEY": and leaves the reader before the value. The caller owns `*ret`. */
static int take_key(struct reader *reader, json_t **ret)
{
	int code = peek(reader) == '"' ? parse(reader, ret) : bad_json(reader, "a key in double quotes expected");

	return code < 0 ? code : expect(reader, ':');
}

/* 1 when this member is the format and one that we read. */
static int find_format(struct reader *reader, const void *context, size_t index)
{
	auto_json json_t *key = NULL, *format = NULL;
	int code = take_key(reader, &key);

	(void)context;
	(void)index;
	if (code < 0)
		return code;
	if (strcmp(json_string_value(key), "format") != 0)
		return skip_value(reader);
	code = parse(reader, &format);
	return code < 0 ? code : check_format(reader, json_string_value(format));
}

/* Before anything else is judged: in another format every word may mean something else. */
static int require_format(struct reader *reader)
{
	int code;

	if (peek(reader) == '\0' && reader->at == reader->length)
		return error_set(reader->err, -EINVAL, "it is empty");
	if (peek(reader) != '{')
		return error_set(reader->err, -EINVAL, "not a trace of snug: it does not begin with '{'");
	code = walk(reader, '{', '}', find_format, NULL);
	if (code == 0)
		return error_set(reader->err, -EINVAL, "not a trace of snug: it has no 'format'");
	reader->at = 0;
	return code < 0 ? code : 0;
}

/* --- entries ------------------------------------------------------------------ */

static int read_fields(struct reader *reader, const struct section *section, void *entry, json_t *object)
{
	for (const struct field *field = section->fields; field->key; field++) {
		int code = field->type->read(reader->trace, field, entry, object, reader->err);

		if (code < 0)
			return code;
	}
	if (json_unknown_keys(object, reader->err) < 0)	/* each field took its own */
		return -EINVAL;
	if (section->contradiction && section->contradiction(entry))
		return error_set(reader->err, -EINVAL, "contradiction: %s", section->contradiction(entry));
	return 0;
}

static int absorb_new(struct reader *reader, const struct section *section, const void *entry)
{
	const void *before = trace_lookup(reader->trace, section, entry);

	if (before && !(section->may_join && section->may_join(before, entry)))
		return error_set(reader->err, -EINVAL, "it describes the same as an entry before it");
	trace_absorb(reader->trace, section, entry);
	return 0;
}

static int read_entry(struct reader *reader, const void *context, size_t index)
{
	const struct section *section = context;
	union entry entry = { 0 };
	auto_json json_t *object = NULL;
	int code = parse(reader, &object);

	if (code == 0 && !json_is_object(object))
		code = error_set(reader->err, -EINVAL, "not an object");
	if (code == 0) {
		entry_init(reader->trace, section, &entry);
		code = read_fields(reader, section, &entry, object);
		if (code == 0)
			code = absorb_new(reader, section, &entry);
		entry_done(section, &entry);
	}
	return code < 0 ? error_wrap(reader->err, "%s[%zu]", section->key, index) : 0;
}

static int read_counters(struct reader *reader, const struct section *section)
{
	auto_json json_t *object = NULL;
	int code = parse(reader, &object);

	if (code == 0 && !json_is_object(object))
		code = error_set(reader->err, -EINVAL, "not an object");
	if (code == 0)
		code = counters_read(section_map(reader->trace, section), object, reader->err);
	return code < 0 ? error_wrap(reader->err, "%s", section->key) : 0;
}

static int read_section(struct reader *reader, const struct section *section)
{
	uint32_t bit = 1u << (section - sections);

	if (reader->seen & bit)
		return error_set(reader->err, -EINVAL, "'%s' is there twice", section->key);
	reader->seen |= bit;
	if (!section->fields)
		return read_counters(reader, section);
	if (peek(reader) != '[')
		return error_set(reader->err, -EINVAL, "'%s' is not an array", section->key);
	return walk(reader, '[', ']', read_entry, section);
}

static int read_member(struct reader *reader, const void *context, size_t index)
{
	const struct section *section;
	auto_json json_t *key = NULL;
	int code = take_key(reader, &key);

	(void)context;
	(void)index;
	if (code < 0)
		return code;
	if (strcmp(json_string_value(key), "format") == 0)
		return skip_value(reader);
	section = section_by_key(json_string_value(key));
	return section ? read_section(reader, section) : error_set(reader->err, -EINVAL, "unknown key '%s'", json_string_value(key));
}

int trace_read(struct trace **ret, const char *data, size_t length, const char *name, struct error *err)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct error unheard = ERROR_NONE;
	struct reader reader = { .data = data, .length = length, .trace = trace, .err = err ? err : &unheard };
	int code = require_format(&reader);

	if (code == 0)
		code = walk(&reader, '{', '}', read_member, NULL);
	if (code == 0 && (peek(&reader) || reader.at < length))
		code = bad_json(&reader, "something follows the end");
	if (code < 0) {
		error_wrap(reader.err, "cannot read trace '%s'", name);
		if (!reader.hinted)
			error_hint(reader.err, "record again; snug-trace(5) describes what a trace must look like");
		return code;
	}
	*ret = steal_ptr(trace);
	return 0;
}
