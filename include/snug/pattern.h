/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of paths: literal bytes and wildcards, in a form that no file name can forge.
 *
 * People write them in `rules`, and committed traces hold them, as text: `*` is anything but a slash, `**` anything,
 * `[0-9]*` a number, each at least one byte. Whatever else could be mistaken, and what is not printable, is \xHH: a file that is
 * called "*" is "\x2a". Each pattern has one text, which pattern_text() writes.
 */
#ifndef SNUG_PATTERN_H
#define SNUG_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/error.h"
#include "snug/text.h"

enum pattern_kind {
	PATTERN_LITERAL,	/* `bytes`, to be escaped by whoever writes it */
	PATTERN_NUMBER,		/* one or more digits */
	PATTERN_NAME,		/* anything but '/', at least one byte */
	PATTERN_TREE,		/* anything, '/' too, at least one byte */
};

struct pattern_piece {
	enum pattern_kind kind;
	char *bytes;		/* owned; NULL unless literal */
};

struct pattern {
	struct pattern_piece *pieces;	/* owned; no two wildcards, and no two literals, stand side by side */
	size_t count;
};

#define PATTERN_LENGTH_MAX 4096	/* bytes of its text: PATH_MAX of Linux */

void pattern_done(struct pattern *pattern);

/* From its text. Refuses, in words that name what is wrong, all but an absolute path without empty parts, "." and "..";
 * a slash at the end is kept. Any text without wildcards that it takes is a path once unescaped. */
int pattern_read(struct pattern *ret, const char *text, struct error *err);

/* As people read and write it. */
void pattern_text(struct text *out, const struct pattern_piece *pieces, size_t count);

/* The text of the pattern that matches these bytes only. */
void pattern_escape(struct text *out, const char *bytes);

bool pattern_is_literal(const struct pattern_piece *pieces, size_t count);

/* Does it match the whole of `path`? Takes time in proportion to the product of both lengths, whatever they hold. */
bool pattern_match(const struct pattern_piece *pieces, size_t count, const char *path);

/* Does `wide` match every path that `narrow` matches? A no may be wrong where two wildcards of `wide` would have to share one of
 * `narrow`; a yes never is. */
bool pattern_covers(const struct pattern_piece *wide, size_t wide_count, const struct pattern_piece *narrow,
		    size_t narrow_count);

/* A path that it matches: for asking others about it. */
void pattern_sample(struct text *out, const struct pattern_piece *pieces, size_t count);

#endif
