/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: their text, and what they match. */
#include "snug/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

/* Signs that are wildcards here or elsewhere, that end a word in `rules`, or that begin a comment there. */
#define SIGNS "*?[]{}# "

static const struct {
	enum pattern_kind kind;
	const char *text, *sample;
} wildcards[] = {	/* in the order in which they are looked for */
	{ PATTERN_TREE, "**", "a" },
	{ PATTERN_NAME, "*", "a" },
	{ PATTERN_NUMBER, "[0-9]*", "1" },
};

void pattern_done(struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->count; i++)
		free(pattern->pieces[i].bytes);
	free(pattern->pieces);
	*pattern = (struct pattern){ 0 };
}

bool pattern_is_literal(const struct pattern_piece *pieces, size_t count)
{
	return count == 1 && pieces[0].kind == PATTERN_LITERAL;
}

/* --- text ------------------------------------------------------------------- */

void pattern_escape(struct text *out, const char *bytes)
{
	for (const char *p = bytes; *p;) {
		size_t length = utf8_length(p, strlen(p));

		if (*p == '\\')
			text_puts(out, "\\\\");
		else if (!length || iscntrl((unsigned char)*p) || strchr(SIGNS, *p))
			text_printf(out, "\\x%02x", (unsigned char)*p);
		else
			bytes_printable(out, p, length);
		p += length ? length : 1;
	}
}

void pattern_text(struct text *out, const struct pattern_piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].kind == PATTERN_LITERAL)
			pattern_escape(out, pieces[i].bytes);
		for (size_t w = 0; w < ARRAY_SIZE(wildcards); w++)
			if (pieces[i].kind == wildcards[w].kind)
				text_puts(out, wildcards[w].text);
	}
}

static void add_piece(struct pattern *pattern, enum pattern_kind kind, char *bytes)
{
	pattern->pieces = xrealloc(pattern->pieces, pattern->count + 1, sizeof(*pattern->pieces));
	pattern->pieces[pattern->count++] = (struct pattern_piece){ kind, bytes };
}

/* The wildcard at `p`: its row, or -1. */
static int wildcard_at(const char *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(wildcards); i++)
		if (strncmp(p, wildcards[i].text, strlen(wildcards[i].text)) == 0)
			return (int)i;
	return -1;
}

/* Length of the literal that begins at `p`: up to a sign that no literal holds. */
static size_t literal_length(const char *p)
{
	return strcspn(p, SIGNS);
}

static int read_literal(struct pattern *pattern, const char *text, size_t length, struct error *err)
{
	CLEANUP(text_done) struct text bytes = TEXT_EMPTY;
	auto_free char *escaped = xmemdup(text, length);

	for (const char *p = escaped; *p; p++)
		if (iscntrl((unsigned char)*p))
			return error_set(err, -EINVAL, "a control character in a path (hint: write it as \\x%02x)",
					 (unsigned char)*p);
	if (bytes_unescape(&bytes, escaped) < 0)
		return error_set(err, -EINVAL, "a backslash in a path that begins neither '\\\\' nor '\\xHH'");
	if (memchr(text_cstr(&bytes), '\0', bytes.length))
		return error_set(err, -EINVAL, "'\\x00' in a path: no name holds it");
	for (const char *p = escaped; *p; p += utf8_length(p, strlen(p)))
		if (!utf8_length(p, strlen(p)))
			return error_set(err, -EINVAL, "a path that is not UTF-8 (hint: write such bytes as \\xHH)");
	add_piece(pattern, PATTERN_LITERAL, text_steal(&bytes));
	return 0;
}

static int read_pieces(struct pattern *pattern, const char *text, struct error *err)
{
	const char *p = text;

	while (*p) {
		size_t length = literal_length(p);
		int row = wildcard_at(p), code;

		if (row < 0 && length == 0)
			return error_set(err, -EINVAL, "'%c' in a path: wildcards are *, ** and [0-9]* (hint: the character "
					 "itself is \\x%02x)", *p, (unsigned char)*p);
		if (row >= 0) {
			if (pattern->count && pattern->pieces[pattern->count - 1].kind != PATTERN_LITERAL)
				return error_set(err, -EINVAL, "two wildcards side by side in a path");
			add_piece(pattern, wildcards[row].kind, NULL);
			p += strlen(wildcards[row].text);
			continue;
		}
		code = read_literal(pattern, p, length, err);
		if (code < 0)
			return code;
		p += length;
	}
	return 0;
}

/* The kernel's names of files have none of these parts. Wildcards stand for a letter here. */
static int check_parts(const struct pattern *pattern, struct error *err)
{
	CLEANUP(text_done) struct text sample = TEXT_EMPTY;

	pattern_sample(&sample, pattern->pieces, pattern->count);
	if (text_cstr(&sample)[0] != '/' || pattern->pieces[0].kind != PATTERN_LITERAL)
		return error_set(err, -EINVAL, "a path does not begin with '/'");
	for (const char *part = sample.data + 1; *part;) {
		size_t length = strcspn(part, "/");

		if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && memcmp(part, "..", 2) == 0))
			return error_set(err, -EINVAL, "an empty part, '.' or '..' in a path: no file is called that");
		part += length + (part[length] == '/');
	}
	return 0;
}

int pattern_read(struct pattern *ret, const char *text, struct error *err)
{
	CLEANUP(pattern_done) struct pattern pattern = { 0 };
	int code;

	if (strlen(text) > PATTERN_LENGTH_MAX)
		return error_set(err, -EINVAL, "a path of more than %d bytes", PATTERN_LENGTH_MAX);
	code = read_pieces(&pattern, text, err);
	if (code == 0)
		code = check_parts(&pattern, err);
	if (code < 0)
		return code;
	*ret = pattern;
	pattern = (struct pattern){ 0 };
	return 0;
}

void pattern_sample(struct text *out, const struct pattern_piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].kind == PATTERN_LITERAL)
			text_puts(out, pieces[i].bytes);
		for (size_t w = 0; w < ARRAY_SIZE(wildcards); w++)
			if (pieces[i].kind == wildcards[w].kind)
				text_puts(out, wildcards[w].sample);
	}
}

/* --- matching --------------------------------------------------------------- */

/* What stands at one place: a byte, or a wildcard, which stands for one or more bytes of its kind. */
struct symbol {
	enum pattern_kind kind;
	char byte;		/* of PATTERN_LITERAL */
};

struct symbols {
	struct symbol *items;	/* owned */
	size_t count;
};

static void symbols_done(struct symbols *symbols)
{
	free(symbols->items);
}

static void add_bytes(struct symbols *symbols, const char *bytes)
{
	size_t length = strlen(bytes);

	symbols->items = xrealloc(symbols->items, symbols->count + length + 1, sizeof(*symbols->items));
	for (size_t i = 0; i < length; i++)
		symbols->items[symbols->count++] = (struct symbol){ PATTERN_LITERAL, bytes[i] };
}

static void add_pieces(struct symbols *symbols, const struct pattern_piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add_bytes(symbols, pieces[i].kind == PATTERN_LITERAL ? pieces[i].bytes : "");
		if (pieces[i].kind != PATTERN_LITERAL)
			symbols->items[symbols->count++] = (struct symbol){ pieces[i].kind, 0 };
	}
}

/* Does `outer` stand for whatever `inner` stands for? */
static bool takes(struct symbol outer, struct symbol inner)
{
	if (inner.kind != PATTERN_LITERAL)
		return outer.kind >= inner.kind;	/* the kinds are in order of what they take */
	switch (outer.kind) {
	case PATTERN_LITERAL:
		return outer.byte == inner.byte;
	case PATTERN_NUMBER:
		return inner.byte >= '0' && inner.byte <= '9';
	case PATTERN_NAME:
		return inner.byte != '/';
	case PATTERN_TREE:
		return true;
	}
	return false;
}

/* All ways at once: at[j] = the first j of `outer` may be what was read so far, the last of them still growing in[j]. */
static bool match_symbols(const struct symbols *outer, const struct symbols *inner)
{
	auto_free bool *at = xcalloc(outer->count + 1, sizeof(*at)), *next = xcalloc(outer->count + 1, sizeof(*next));

	at[0] = true;
	for (size_t i = 0; i < inner->count; i++) {
		bool any = false;

		memset(next, 0, (outer->count + 1) * sizeof(*next));
		for (size_t j = 0; j < outer->count; j++) {
			struct symbol symbol = outer->items[j];
			bool grows = symbol.kind != PATTERN_LITERAL && at[j + 1];

			next[j + 1] = (at[j] || grows) && takes(symbol, inner->items[i]);
			any |= next[j + 1];
		}
		if (!any)
			return false;
		memcpy(at, next, (outer->count + 1) * sizeof(*at));
	}
	return at[outer->count];
}

/* Most paths differ from most patterns in what they begin with. */
static bool begins_alike(const struct pattern_piece *outer, size_t count, const char *bytes)
{
	return count && (outer[0].kind != PATTERN_LITERAL || strncmp(outer[0].bytes, bytes, strlen(outer[0].bytes)) == 0);
}

bool pattern_match(const struct pattern_piece *pieces, size_t count, const char *path)
{
	CLEANUP(symbols_done) struct symbols outer = { 0 }, inner = { 0 };

	if (count == 0)
		return *path == '\0';
	if (!begins_alike(pieces, count, path))
		return false;
	add_pieces(&outer, pieces, count);
	add_bytes(&inner, path);
	return match_symbols(&outer, &inner);
}

bool pattern_covers(const struct pattern_piece *wide, size_t wide_count, const struct pattern_piece *narrow,
		    size_t narrow_count)
{
	CLEANUP(symbols_done) struct symbols all = { 0 }, some = { 0 };

	add_pieces(&all, wide, wide_count);
	add_pieces(&some, narrow, narrow_count);
	return match_symbols(&all, &some);
}
