/* SPDX-License-Identifier: Apache-2.0 */
/* A page of rows for a terminal: a label, and behind it what fits, cut and wrapped. */
#ifndef SNUG_COMPARE_PAGE_H
#define SNUG_COMPARE_PAGE_H

#include "snug/string_set.h"
#include "snug/summary.h"

/* Select Graphic Rendition, ECMA-48 8.3.117. */
#define BOLD "1"
#define RED "1;31"
#define YELLOW "33"
#define GREEN "32"

struct page {
	struct text *out;
	const struct summary_options *options;
	bool labelled;		/* the current row's label has been written */
};

void page_paint(const struct page *page, const char *colour, const char *text);	/* NULL = as it is */

/* Starts a line of the current row: the label on the first, its width of spaces on the others. */
void page_begin(struct page *page, const char *label);

/* Columns behind the label; the last of the screen stays free, where some terminals wrap. */
size_t page_room(const struct page *page);

size_t text_columns(const char *s);	/* on a screen, near enough: characters */

/* `s` made printable, its middle cut out where it is wider than `columns`. Owned by the caller. */
char *page_cut(const char *s, size_t columns);

/* A row: items with commas between, wrapped behind the label. */
void page_items(struct page *page, const char *label, const struct string_set *items);

/* Lines of the current row: words, wrapped; one line, cut, none if it is empty; what a list leaves out. */
void page_sentence(struct page *page, const char *label, const char *sentence);
void page_line(struct page *page, const char *label, const struct text *line, const char *colour);
void page_more(const struct page *page, size_t count);

#endif
