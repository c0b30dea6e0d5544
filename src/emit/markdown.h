/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown that a forge renders and a terminal shows: lists of at most so many lines of 80 columns. */
#ifndef SNUG_EMIT_MARKDOWN_H
#define SNUG_EMIT_MARKDOWN_H

#include "snug/string_set.h"
#include "snug/text.h"

#define MARKDOWN_COLUMNS 80

/* `bytes` as a code span: printable ASCII as it is; the rest, and what ends a span, as \xHH. Long ones are cut. */
void markdown_code(struct text *out, const char *bytes);

/* "- **LABEL**: a, b and 12 more", broken at 80 columns, in at most `lines` lines; `none` when there are no items.
 * The items are Markdown already. */
void markdown_item(struct text *out, const char *label, const struct string_set *items, size_t lines,
		   const char *none);

/* A paragraph or a list item, broken at blanks; lines after the first begin with `indent` blanks. */
void markdown_wrap(struct text *out, const char *text, size_t indent);

#endif
