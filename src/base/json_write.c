/* SPDX-License-Identifier: Apache-2.0 */
/* See json_write.h. */
#include "snug/json_write.h"

#include <inttypes.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"

void json_put_next(struct text *out)
{
	char last = out->length ? out->data[out->length - 1] : '[';

	if (last != '{' && last != '[')	/* a string ends in a quote */
		text_putc(out, ',');
}

void json_put_word(struct text *out, const char *word)
{
	text_putc(out, '"');
	text_puts(out, word);
	text_putc(out, '"');
}

void json_put_key(struct text *out, const char *key)
{
	json_put_next(out);
	json_put_word(out, key);
	text_putc(out, ':');
}

/* Of UTF-8 text: RFC 8259, section 7; what has a short form is written so. */
static void put_escaped(struct text *out, unsigned char c)
{
	static const char shorts[][2] = { { '"', '"' }, { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' } };

	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (shorts[i][0] == (char)c) {
			text_putc(out, '\\');
			text_putc(out, shorts[i][1]);
			return;
		}
	text_printf(out, "\\u%04X", c);
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c != '"' && c != '\\';
}

static void put_text(struct text *out, const char *s, size_t length)
{
	for (size_t i = 0, from; i < length; ) {
		for (from = i; i < length && is_plain((unsigned char)s[i]); i++)
			;
		text_add(out, s + from, i - from);
		if (i < length)
			put_escaped(out, (unsigned char)s[i++]);
	}
}

void json_put_bytes(struct text *out, const char *bytes)
{
	CLEANUP(text_done) struct text escaped = TEXT_EMPTY;
	size_t length = 0;

	while (is_plain((unsigned char)bytes[length]) && (unsigned char)bytes[length] < 0x80)	/* ASCII, as nearly all is */
		length++;
	text_putc(out, '"');
	text_add(out, bytes, length);
	if (bytes[length]) {
		bytes_escape(&escaped, bytes + length, strlen(bytes + length));
		put_text(out, escaped.data, escaped.length);
	}
	text_putc(out, '"');
}

void json_put_decimal(struct text *out, uint64_t value)
{
	text_printf(out, "\"%" PRIu64 "\"", value);
}

void json_put_set(struct text *out, const struct string_set *set)
{
	text_putc(out, '[');
	for (size_t i = 0; i < set->count; i++) {
		json_put_next(out);
		json_put_bytes(out, set->items[i]);
	}
	text_putc(out, ']');
}
