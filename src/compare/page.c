/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a label and a list. */
#include "compare/page.h"

#include <stdio.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define LABEL_WIDTH 15		/* columns of the first column, with a space */
#define ITEMS_MAX 12		/* of a list in running text */

void page_paint(const struct page *page, const char *colour, const char *text)
{
	if (page->options->colour && colour)
		text_printf(page->out, "\033[%sm%s\033[0m", colour, text);
	else
		text_puts(page->out, text);
}

void page_begin(struct page *page, const char *label)
{
	char padded[LABEL_WIDTH + 1];

	snprintf(padded, sizeof(padded), "%-*s", LABEL_WIDTH, page->labelled ? "" : label);
	page_paint(page, BOLD, padded);
	page->labelled = true;
}

size_t page_room(const struct page *page)
{
	return page->options->columns - LABEL_WIDTH - 1;
}

size_t text_columns(const char *s)
{
	size_t width = 0;

	for (; *s; s++)
		width += (*s & 0xc0) != 0x80;
	return width;
}

char *page_cut(const char *s, size_t columns)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY, cut = TEXT_EMPTY;
	size_t width, left, right, at = 0;

	bytes_printable(&text, s, strlen(s));
	width = text_columns(text_cstr(&text));
	if (width <= columns)
		return text_steal(&text);
	left = (columns - 3) / 2;
	right = width - (columns - 3 - left);
	for (const char *p = text.data; *p; p++) {
		at += (*p & 0xc0) != 0x80;
		if (at == left + 1 && (*p & 0xc0) != 0x80)
			text_puts(&cut, "...");
		if (at <= left || at > right)
			text_putc(&cut, *p);
	}
	return text_steal(&cut);
}

void page_items(struct page *page, const char *label, const struct string_set *items)
{
	size_t room = page_room(page) - 1, column = 0;	/* a comma follows */

	if (items->count == 0)
		return;
	page->labelled = false;
	page_begin(page, label);
	for (size_t i = 0; i < items->count && i < ITEMS_MAX; i++) {
		auto_free char *item = page_cut(items->items[i], room);
		size_t width = text_columns(item);

		if (i > 0)
			text_putc(page->out, ',');
		if (i > 0 && column + width > room) {
			text_putc(page->out, '\n');
			page_begin(page, label);
			column = 0;
		} else if (i > 0) {
			text_putc(page->out, ' ');
		}
		text_puts(page->out, item);
		column += width + 2;
	}
	if (items->count > ITEMS_MAX) {
		text_putc(page->out, '\n');
		page_begin(page, label);
		text_printf(page->out, "... and %zu more", items->count - ITEMS_MAX);
	} else if (items->more) {
		text_puts(page->out, ", ...");
	}
	text_putc(page->out, '\n');
}

void page_sentence(struct page *page, const char *label, const char *sentence)
{
	size_t column = 0;

	page_begin(page, label);
	for (const char *word = sentence; *word; word += strspn(word, " ")) {
		auto_free char *raw = strndup(word, strcspn(word, " "));
		auto_free char *text = page_cut(memory_checked(raw), page_room(page));

		word += strcspn(word, " ");
		if (column && column + 1 + text_columns(text) > page_room(page)) {
			text_putc(page->out, '\n');
			page_begin(page, label);
			column = 0;
		}
		text_printf(page->out, "%s%s", column ? " " : "", text);
		column += text_columns(text) + (column > 0);
	}
	text_putc(page->out, '\n');
}

void page_line(struct page *page, const char *label, const struct text *line, const char *colour)
{
	auto_free char *text = page_cut(text_cstr(line), page_room(page));

	if (line->length == 0)
		return;
	page_begin(page, label);
	page_paint(page, colour, text);
	text_putc(page->out, '\n');
}

void page_more(const struct page *page, size_t count)
{
	text_printf(page->out, "%*s... and %zu more\n", LABEL_WIDTH, "", count);
}
