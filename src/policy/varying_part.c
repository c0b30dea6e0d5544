/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of patterns: joined, compared, matched. */
#include "policy/varying_part.h"

#include <ctype.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/path_shape.h"

#define MKSTEMP_LENGTH 6	/* bytes: mkstemp(3) */
#define HEX_WORD_LEAST 8	/* bytes: the shortest part of a UUID; shorter ones are words like "cafe" */

struct pieces *pieces_new(void)
{
	return xcalloc(1, sizeof(struct pieces));
}

struct pieces *pieces_free(struct pieces *pieces)
{
	if (!pieces)
		return NULL;
	for (size_t i = 0; i < pieces->count; i++)
		free(pieces->items[i].bytes);
	free(pieces->items);
	free(pieces);
	return NULL;
}

static struct pattern_piece *add_piece(struct pieces *pieces, enum pattern_kind kind)
{
	struct pattern_piece *piece;

	pieces->items = xrealloc(pieces->items, pieces->count + 1, sizeof(*pieces->items));
	piece = &pieces->items[pieces->count++];
	*piece = (struct pattern_piece){ .kind = kind };
	return piece;
}

void pieces_add_literal(struct pieces *pieces, const char *bytes, size_t length)
{
	struct pattern_piece *last = pieces->count ? &pieces->items[pieces->count - 1] : NULL;
	char *joined;

	if (length == 0)
		return;
	if (!last || last->kind != PATTERN_LITERAL) {
		add_piece(pieces, PATTERN_LITERAL)->bytes = xmemdup(bytes, length);
		return;
	}
	joined = xasprintf("%s%.*s", last->bytes, (int)length, bytes);
	free(last->bytes);
	last->bytes = joined;
}

void pieces_add(struct pieces *pieces, enum pattern_kind kind)
{
	add_piece(pieces, kind);
}

void pieces_append(struct pieces *pieces, const struct pieces *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (more->items[i].kind == PATTERN_LITERAL)
			pieces_add_literal(pieces, more->items[i].bytes, strlen(more->items[i].bytes));
		else
			pieces_add(pieces, more->items[i].kind);
}

void pieces_key(const struct pieces *pieces, struct text *out)
{
	for (size_t i = 0; i < pieces->count; i++) {
		if (pieces->items[i].kind == PATTERN_LITERAL) {
			text_puts(out, pieces->items[i].bytes);
		} else {
			text_putc(out, '\0');
			text_putc(out, (char)('0' + pieces->items[i].kind));
		}
	}
}

/* Length of the word of hex digits, letters and decimal digits both in it, that begins at `p` and ends where no letter or
 * digit follows. */
static size_t hex_word(const char *p)
{
	size_t length = strspn(p, "0123456789abcdef");

	if (length < HEX_WORD_LEAST || isalnum((unsigned char)p[length]))
		return 0;
	return strspn(p, "0123456789") < length && strcspn(p, "0123456789") < length ? length : 0;
}

/* Length of the UUID (RFC 9562, in lower case) that begins at `p`. */
static size_t uuid_word(const char *p)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '-' ? p[i] != '-' : !p[i] || !strchr("0123456789abcdef", p[i]))
			return 0;
	return isalnum((unsigned char)p[i]) ? 0 : i;
}

/* Length of the word that mkstemp(3) or mkdtemp(3) may have made at the end of a name, or before its suffix, that begins at `p`. */
static size_t mkstemp_word(const char *p)
{
	size_t length = 0;

	while (isalnum((unsigned char)p[length]))
		length++;
	return length == MKSTEMP_LENGTH && strchr(".", p[length]) && is_random_name(p, length) ? length : 0;
}

struct pieces *pieces_split_name(const char *name)
{
	struct pieces *out = pieces_new();
	const char *p = name;

	while (*p) {
		bool begins_word = p == name || !isalnum((unsigned char)p[-1]);
		size_t word = begins_word ? uuid_word(p) ?: hex_word(p) ?: mkstemp_word(p) : 0, digits = strspn(p, "0123456789");

		if (word)
			add_piece(out, PATTERN_NAME)->bytes = xmemdup(p, word);
		else if (digits)
			add_piece(out, PATTERN_NUMBER)->bytes = xmemdup(p, digits);
		else
			pieces_add_literal(out, p, 1);
		p += word ?: digits ?: 1;
	}
	return out;
}

void pieces_forget_differences(struct pieces *into, const struct pieces *other)
{
	for (size_t i = 0; i < into->count; i++) {
		struct pattern_piece *piece = &into->items[i];

		if (piece->kind == PATTERN_LITERAL || !piece->bytes)
			continue;
		if (other->items[i].bytes && strcmp(piece->bytes, other->items[i].bytes) == 0)
			continue;
		free(piece->bytes);
		piece->bytes = NULL;
	}
}

struct pieces *pieces_settle(const struct pieces *split)
{
	struct pieces *out = pieces_new();

	for (size_t i = 0; i < split->count; i++)
		if (split->items[i].bytes)
			pieces_add_literal(out, split->items[i].bytes, strlen(split->items[i].bytes));
		else
			pieces_add(out, split->items[i].kind);
	return out;
}
