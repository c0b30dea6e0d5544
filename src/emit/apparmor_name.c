/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser reads a name twice: as a token (quotes, \ooo) and as a pattern (globs, alternations, variables).
 * A backslash before a sign of the second kind takes its meaning away in both; every other byte that a reader could
 * mistake, or that no text holds, is written in octal (apparmor.d(5); tried with apparmor_parser 3.0.8 and Linux 6.1).
 * So are quotes and the backslash itself: the token "a\\" would only end at the next name's quote.
 */
#include "emit/apparmor_name.h"

#include <string.h>

/* Safe outside of quotes. Everything else puts the name into quotes. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:=~%@"
#define GLOB "?*[]{}^"

static const char *const wildcards[] = {
	[PATTERN_LITERAL] = "",
	[PATTERN_NUMBER] = "[0-9]*",
	[PATTERN_NAME] = "?*",
	[PATTERN_TREE] = "?**",
};

static void add_byte(struct text *out, unsigned char byte)
{
	if (strchr(GLOB, byte))
		text_printf(out, "\\%c", byte);
	else if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
		text_printf(out, "\\%03o", byte);
	else
		text_putc(out, (char)byte);
}

void apparmor_add_pattern(struct text *out, const struct pattern_piece *pieces, size_t count, const char *suffix)
{
	bool plain = true;

	for (size_t i = 0; i < count; i++)
		if (pieces[i].kind == PATTERN_LITERAL)
			plain &= !pieces[i].bytes[strspn(pieces[i].bytes, PLAIN)];
	if (!plain)
		text_putc(out, '"');
	for (size_t i = 0; i < count; i++) {
		text_puts(out, wildcards[pieces[i].kind]);
		for (const char *p = pieces[i].kind == PATTERN_LITERAL ? pieces[i].bytes : ""; *p; p++)
			add_byte(out, (unsigned char)*p);
	}
	text_puts(out, suffix);
	if (!plain)
		text_putc(out, '"');
}

void apparmor_add_literal(struct text *out, const char *bytes, const char *suffix)
{
	struct pattern_piece piece = { PATTERN_LITERAL, (char *)bytes };

	apparmor_add_pattern(out, &piece, 1, suffix);
}

bool apparmor_is_plain_name(const char *name)
{
	return *name && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")];
}

static bool match(const char *p, const char *end, const char *path);

/* `p` is behind the bracket; `*next` behind the one that closes. */
static bool in_class(const char *p, const char *end, char c, const char **next)
{
	bool negated = p < end && *p == '^', found = false;

	for (p += negated; p < end && *p != ']'; p++) {
		char low = *p;

		if (p + 2 < end && p[1] == '-' && p[2] != ']')
			p += 2;
		found |= c >= low && c <= *p;
	}
	*next = p + 1;
	return found != negated;
}

/* `*` and `**`: the shorter stays within a part of a path. */
static bool match_star(const char *p, const char *end, const char *path)
{
	bool deep = p < end && *p == '*';

	for (p += deep;; path++) {
		if (match(p, end, path))
			return true;
		if (!*path || (*path == '/' && !deep))
			return false;
	}
}

/* Tries each branch of {a,b}, which hold no braces themselves, followed by the rest. */
static bool match_braces(const char *p, const char *end, const char *path)
{
	const char *close = memchr(p, '}', (size_t)(end - p));

	if (!close)
		return false;
	while (p <= close) {
		const char *comma = memchr(p, ',', (size_t)(close - p)) ?: close;
		CLEANUP(text_done) struct text branch = TEXT_EMPTY;

		text_add(&branch, p, (size_t)(comma - p));
		text_add(&branch, close + 1, (size_t)(end - close - 1));
		if (match(branch.data, branch.data + branch.length, path))
			return true;
		p = comma + 1;
	}
	return false;
}

static bool match(const char *p, const char *end, const char *path)
{
	for (; p < end; path++) {
		char c = *p++;

		if (c == '*')
			return match_star(p, end, path);
		if (c == '{')
			return match_braces(p, end, path);
		if (!*path)
			return false;
		if (c == '[') {
			if (!in_class(p, end, *path, &p))
				return false;
		} else if (c == '?') {
			if (*path == '/')
				return false;
		} else if (c != *path) {
			return false;
		}
	}
	return !*path;
}

bool apparmor_match(const char *pattern, size_t length, const char *path)
{
	return match(pattern, pattern + length, path);
}
