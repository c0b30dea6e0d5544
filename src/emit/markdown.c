/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown within 80 columns. */
#include "emit/markdown.h"

#include <stdbool.h>
#include <string.h>

#include "snug/cleanup.h"

#define INDENT 2		/* blanks: what belongs to "- " */
#define CODE_MAX 60		/* bytes shown of one path or name */
#define ITEMS_MAX 64		/* more never fit */

/* Only ASCII stands as it is: other scripts hold characters that turn the direction of what a reviewer reads. */
void markdown_code(struct text *out, const char *bytes)
{
	size_t start = out->length;

	text_putc(out, '`');
	for (const char *p = bytes; *p; p++) {
		if (out->length - start > CODE_MAX) {
			text_puts(out, "...");
			break;
		}
		if (*p < ' ' || *p > '~' || *p == '`')
			text_printf(out, "\\x%02x", (unsigned char)*p);
		else
			text_putc(out, *p);
	}
	text_putc(out, '`');
}

/* Would this word make the line that it begins a heading, a quotation, a list, a rule or a fence? */
static bool is_block_mark(const char *word, size_t length)
{
	size_t digits = strspn(word, "0123456789");

	if (strchr(">", word[0]) || strncmp(word, "```", 3) == 0 || strncmp(word, "~~~", 3) == 0)
		return true;
	if (digits && digits + 1 == length && strchr(".)", word[digits]))
		return true;
	return strspn(word, "#") == length || strspn(word, "=") == length || strspn(word, "*+-_") == length;
}

/* Writes `text` broken at blanks, or with `out` NULL only counts. Returns the number of lines. */
static size_t wrap(struct text *out, const char *text, size_t indent)
{
	size_t column = 0, lines = 1;
	bool begun = false;	/* the line holds a word */

	while (*text) {
		size_t length = strcspn(text, " ");

		if (begun && column + 1 + length > MARKDOWN_COLUMNS && !is_block_mark(text, length)) {
			if (out)
				text_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			lines++;
		} else if (begun) {
			if (out)
				text_putc(out, ' ');
			column++;
		}
		if (out)
			text_add(out, text, length);
		column += length;
		begun = true;
		text += length + strspn(text + length, " ");
	}
	return lines;
}

void markdown_wrap(struct text *out, const char *text, size_t indent)
{
	wrap(out, text, indent);
	text_putc(out, '\n');
}

static void join_items(struct text *line, const char *label, const struct string_set *items, size_t count)
{
	text_clear(line);
	text_printf(line, "- **%s**:", label);
	for (size_t i = 0; i < count; i++)
		text_printf(line, " %s%s", items->items[i], i + 1 < count ? "," : "");
	if (count < items->count)
		text_printf(line, " and %zu more", items->count - count);
}

void markdown_item(struct text *out, const char *label, const struct string_set *items, size_t lines,
		   const char *none)
{
	size_t count = items->count < ITEMS_MAX ? items->count : ITEMS_MAX;
	CLEANUP(text_done) struct text line = TEXT_EMPTY;

	do
		join_items(&line, label, items, count);
	while (wrap(NULL, text_cstr(&line), INDENT) > lines && count-- > 1);
	if (!items->count)
		text_printf(&line, " %s", none);
	markdown_wrap(out, text_cstr(&line), INDENT);
}
