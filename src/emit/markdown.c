/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown within 80 columns. */
#include "emit/markdown.h"

#include <stdio.h>
#include <string.h>

#include "snug/cleanup.h"

#define INDENT 2		/* blanks: what belongs to "- " */
#define CODE_MAX 60		/* bytes shown of one path or name */
#define MORE_ROOM 16		/* columns: " and 100000 more" */

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

static void break_line(struct text *out, size_t *column, size_t indent)
{
	text_printf(out, "\n%*s", (int)indent, "");
	*column = indent;
}

void markdown_wrap(struct text *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (column > indent && column + 1 + length > MARKDOWN_COLUMNS)
			break_line(out, &column, indent);
		else if (column > indent || (column > 0 && indent == 0))
			column++, text_putc(out, ' ');
		text_add(out, text, length);
		column += length;
		text += length + strspn(text + length, " ");
	}
	text_putc(out, '\n');
}

void markdown_item(struct text *out, const char *label, const struct string_set *items, size_t lines,
		   const char *none)
{
	size_t column = strlen(label) + strlen("- ****: "), line = 1;

	text_printf(out, "- **%s**: ", label);
	if (!items->count)
		text_puts(out, none);
	for (size_t i = 0; i < items->count; i++) {
		bool last = i + 1 == items->count;
		size_t width = strlen(items->items[i]) + !last;	/* and a comma */
		size_t room = MARKDOWN_COLUMNS - (line == lines && !last ? MORE_ROOM : 0);

		if (i > 0 && column + 1 + width > room && line == lines) {
			text_printf(out, " and %zu more", items->count - i);
			break;
		}
		if (i > 0 && column + 1 + width > room)
			break_line(out, &column, INDENT), line++;
		else if (i > 0)
			text_putc(out, ' '), column++;
		text_printf(out, "%s%s", items->items[i], last ? "" : ",");
		column += width;
	}
	text_putc(out, '\n');
}
