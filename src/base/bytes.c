/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to UTF-8 text and back, without loss; see bytes.h for the form. */
#include "snug/bytes.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Table 3-7 of the Unicode standard: which second bytes a first byte allows. */
struct utf8_row {
	uint8_t first_low, first_high, length, second_low, second_high;
};

static const struct utf8_row utf8_rows[] = {
	{ 0x01, 0x7f, 1, 0x00, 0x00 },	/* NUL is escaped: it cannot stand in a C string */
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct utf8_row *find_row(uint8_t first)
{
	for (size_t i = 0; i < sizeof(utf8_rows) / sizeof(utf8_rows[0]); i++)
		if (first >= utf8_rows[i].first_low && first <= utf8_rows[i].first_high)
			return &utf8_rows[i];
	return NULL;
}

size_t utf8_length(const void *p, size_t available)
{
	const uint8_t *s = p;
	const struct utf8_row *row = available ? find_row(s[0]) : NULL;

	if (!row || row->length > available)
		return 0;
	if (row->length > 1 && (s[1] < row->second_low || s[1] > row->second_high))
		return 0;
	for (size_t i = 2; i < row->length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return row->length;
}

void bytes_escape(struct text *out, const void *bytes, size_t length)
{
	const char *s = bytes;

	for (size_t i = 0; i < length; ) {
		size_t n = utf8_length(s + i, length - i);

		if (n == 0)
			text_printf(out, "\\x%02x", (unsigned char)s[i++]);
		else if (s[i] == '\\')
			text_puts(out, "\\\\"), i++;
		else
			text_add(out, s + i, n), i += n;
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int bytes_unescape(struct text *out, const char *escaped)
{
	size_t start = out->length;

	for (const char *s = escaped; *s; s++) {
		if (*s != '\\') {
			text_putc(out, *s);
		} else if (s[1] == '\\') {
			text_putc(out, '\\');
			s++;
		} else if (s[1] == 'x' && hex_value(s[2]) >= 0 && hex_value(s[3]) >= 0) {
			text_putc(out, (char)(hex_value(s[2]) << 4 | hex_value(s[3])));
			s += 3;
		} else {
			out->length = start;
			if (out->data)
				out->data[start] = '\0';
			return -EINVAL;
		}
	}
	return 0;
}

struct code_range {
	uint32_t first, last;
};

/* Categories Cc, and of Cf and Zl/Zp what moves or hides text, Unicode 15 (see also CVE-2021-42574). */
static const struct code_range steering[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
};

/* `s` is valid UTF-8 of `length` bytes. */
static uint32_t code_point(const uint8_t *s, size_t length)
{
	uint32_t code = length == 1 ? s[0] : s[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (s[i] & 0x3f);
	return code;
}

static bool is_steering(uint32_t code)
{
	for (size_t i = 0; i < sizeof(steering) / sizeof(steering[0]); i++)
		if (code >= steering[i].first && code <= steering[i].last)
			return true;
	return false;
}

void bytes_printable(struct text *out, const void *bytes, size_t length)
{
	const uint8_t *s = bytes;

	for (size_t i = 0, n; i < length; i += n) {
		size_t valid = utf8_length(s + i, length - i);

		n = valid ? valid : 1;
		if (valid && !is_steering(code_point(s + i, n))) {
			text_add(out, s + i, n);
			continue;
		}
		for (size_t j = i; j < i + n; j++)
			text_printf(out, "\\x%02x", s[j]);
	}
}
