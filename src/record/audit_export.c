/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_export.h. */
#include "record/audit_export.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>


void audit_export_done(struct audit_export *export)
{
	text_done(&export->id);
	text_done(&export->time);
	text_done(&export->message);
	text_done(&export->length);
}

bool audit_export_begins(const char *line, size_t length)
{
	static const char first[] = "__CURSOR=";

	return length >= strlen(first) && memcmp(line, first, strlen(first)) == 0;
}

size_t audit_export_skip(struct audit_export *export, const char *data, size_t length)
{
	size_t taken = 0, part;
	uint64_t size;

	if (export->has_bytes) {
		taken = sizeof(size) - export->length.length;
		taken = taken < length ? taken : length;
		text_add(&export->length, data, taken);
		if (export->length.length < sizeof(size))
			return taken;
		memcpy(&size, export->length.data, sizeof(size));
		size = le64toh(size);
		export->left = size < UINT64_MAX ? size + 1 : size;
		export->has_bytes = false;
		text_clear(&export->length);
	}
	part = export->left < length - taken ? (size_t)export->left : length - taken;
	export->left -= part;
	return taken + part;
}

static bool take(const char *line, size_t length, const char *name, const char **ret_value, size_t *ret_length)
{
	size_t name_length = strlen(name);

	if (length <= name_length || memcmp(line, name, name_length) != 0 || line[name_length] != '=')
		return false;
	*ret_value = line + name_length + 1;
	*ret_length = length - name_length - 1;
	return true;
}

static void keep(struct text *text, const char *value, size_t length)
{
	text_clear(text);
	text_add(text, value, length);
}

static bool is_word(const char *value, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(value, word, length) == 0;
}

bool audit_export_line(struct audit_export *export, const char *line, size_t length)
{
	const char *value;

	if (length == 0)
		return true;
	if (!memchr(line, '=', length)) {
		export->has_bytes = true;
	} else if (take(line, length, "_TRANSPORT", &value, &length)) {
		export->from_audit = is_word(value, length, "audit");
		export->from_kernel = is_word(value, length, "kernel");
	} else if (take(line, length, "_AUDIT_TYPE", &value, &length)) {
		export->type = (unsigned int)strtoul(value, NULL, 10);	/* a newline stands behind it */
	} else if (take(line, length, "_AUDIT_ID", &value, &length)) {
		keep(&export->id, value, length);
	} else if (take(line, length, "_SOURCE_REALTIME_TIMESTAMP", &value, &length)) {
		keep(&export->time, value, length);
	} else if (take(line, length, "MESSAGE", &value, &length)) {
		keep(&export->message, value, length);
	}
	return false;
}

/* "AVC apparmor=…" behind the type's name, as journald has it: src/journal/journald-audit.c, process_audit_string(). */
bool audit_export_message(const struct audit_export *export, struct text *text)
{
	uint64_t time = export->time.length ? strtoull(export->time.data, NULL, 10) : 0;
	const char *message = text_cstr(&export->message), *space = strchr(message, ' ');

	text_clear(text);
	if (export->from_kernel)
		text_add(text, message, export->message.length);
	if (export->from_kernel || !export->from_audit || !space)
		return export->from_kernel;
	text_printf(text, "audit: type=%u audit(%" PRIu64 ".%03" PRIu64 ":%s): ", export->type, time / 1000000, time / 1000 % 1000,
		    text_cstr(&export->id));
	text_add(text, space + 1, export->message.length - (size_t)(space + 1 - message));
	return true;
}

void audit_export_next(struct audit_export *export)
{
	export->type = 0;
	export->from_audit = export->from_kernel = false;
	text_clear(&export->id);
	text_clear(&export->time);
	text_clear(&export->message);
}
