/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of paths as people read them, and which of two allows what the other does. */
#include <string.h>

#include "snug/bytes.h"
#include "snug/memory.h"
#include "snug/policy.h"

#define GLOB "?*[]{}^\\"

static const char *const wildcards[] = {
	[PATTERN_LITERAL] = "",
	[PATTERN_NUMBER] = "[0-9]*",
	[PATTERN_NAME] = "*",
	[PATTERN_TREE] = "**",
};

void pattern_text(struct text *out, const struct pattern_piece *pieces, size_t count)
{
	CLEANUP(text_done) struct text plain = TEXT_EMPTY;

	for (size_t i = 0; i < count; i++) {
		text_puts(&plain, wildcards[pieces[i].kind]);
		for (const char *p = pieces[i].kind == PATTERN_LITERAL ? pieces[i].bytes : ""; *p; p++) {
			if (strchr(GLOB, *p))
				text_putc(&plain, '\\');
			text_putc(&plain, *p);
		}
	}
	bytes_printable(out, text_cstr(&plain), plain.length);
}

/* One byte, or one wildcard, of a pattern. */
struct symbol {
	enum pattern_kind kind;
	char byte;
};

struct symbols {
	struct symbol *items;	/* owned */
	size_t count;
};

static struct symbols symbols_of(const struct pattern_piece *pieces, size_t count)
{
	struct symbols symbols = { 0 };
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += pieces[i].kind == PATTERN_LITERAL ? strlen(pieces[i].bytes) : 1;
	symbols.items = xcalloc(length + 1, sizeof(*symbols.items));
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].kind != PATTERN_LITERAL)
			symbols.items[symbols.count++].kind = pieces[i].kind;
		for (const char *p = pieces[i].kind == PATTERN_LITERAL ? pieces[i].bytes : ""; *p; p++)
			symbols.items[symbols.count++] = (struct symbol){ PATTERN_LITERAL, *p };
	}
	return symbols;
}

/* Is all that `narrow` stands for among what `wide`, for some of its length, stands for? */
static bool allows(struct symbol wide, struct symbol narrow)
{
	switch (wide.kind) {
	case PATTERN_NUMBER:
		return narrow.kind == PATTERN_NUMBER ||
		       (narrow.kind == PATTERN_LITERAL && narrow.byte >= '0' && narrow.byte <= '9');
	case PATTERN_NAME:
		return narrow.kind != PATTERN_TREE && !(narrow.kind == PATTERN_LITERAL && narrow.byte == '/');
	case PATTERN_TREE:
		return true;
	case PATTERN_LITERAL:
		break;
	}
	return narrow.kind == PATTERN_LITERAL && narrow.byte == wide.byte;
}

/*
 * A walk over `narrow` that keeps where in `wide` it may stand: as many steps as the product of the lengths, whatever
 * the wildcards. A wildcard takes at least one symbol, and goes on as long as it allows the next.
 */
bool pattern_covers(const struct pattern_piece *wide, size_t wide_count, const struct pattern_piece *narrow,
		    size_t narrow_count)
{
	struct symbols w = symbols_of(wide, wide_count), n = symbols_of(narrow, narrow_count);
	bool *at = xcalloc(w.count + 1, sizeof(*at)), covers;

	at[0] = true;	/* at[i]: the first i symbols of `wide` may stand for all that was walked over */
	for (size_t step = 0; step < n.count; step++) {
		for (size_t i = w.count; i > 0; i--) {
			bool goes_on = at[i] && w.items[i - 1].kind != PATTERN_LITERAL;

			at[i] = (at[i - 1] || goes_on) && allows(w.items[i - 1], n.items[step]);
		}
		at[0] = false;
	}
	covers = at[w.count];
	free(at);
	free(w.items);
	free(n.items);
	return covers;
}
