/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259 by recursive descent, one function a production. */
#include "base/json_scan.h"

#include <errno.h>
#include <string.h>

#include "snug/memory.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct scanner {
	const char *json;
	size_t length, at, depth;
	struct error *err;
};

static int fail(struct scanner *s, const char *what)
{
	size_t line = 1;

	for (size_t i = 0; i < s->at && i < s->length; i++)
		line += s->json[i] == '\n';
	return error_set(s->err, -EINVAL, "not JSON: %s at byte %zu, line %zu", what, s->at, line);
}

/* The byte at hand; 0 at the end, which no production begins with. */
static unsigned char peek(const struct scanner *s)
{
	return s->at < s->length ? (unsigned char)s->json[s->at] : 0;
}

static void skip_space(struct scanner *s)
{
	while (s->at < s->length && memchr(" \t\n\r", s->json[s->at], 4))
		s->at++;
}

static bool take(struct scanner *s, char c)
{
	if (s->at >= s->length || s->json[s->at] != c)
		return false;
	s->at++;
	return true;
}

static size_t take_digits(struct scanner *s)
{
	size_t start = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at - start;
}

static int scan_number(struct scanner *s)
{
	take(s, '-');
	if (!take(s, '0') && take_digits(s) == 0)
		return fail(s, "a value is missing");
	if (take(s, '.') && take_digits(s) == 0)
		return fail(s, "a number without digits");
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		if (take_digits(s) == 0)
			return fail(s, "a number without digits");
	}
	return 0;
}

static int hex_value(unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Behind the backslash. */
static int scan_escape(struct scanner *s)
{
	unsigned char c = peek(s);

	if (!c || !strchr("\"\\/bfnrtu", c))
		return fail(s, "an unknown escape");
	s->at++;
	for (size_t i = 0; c == 'u' && i < 4; i++, s->at++)
		if (hex_value(peek(s)) < 0)
			return fail(s, "an unknown escape");
	return 0;
}

static int scan_string(struct scanner *s)
{
	int code;

	if (!take(s, '"'))
		return fail(s, "a string is missing");
	while (!take(s, '"')) {
		if (s->at >= s->length)
			return fail(s, "a string without end");
		if (peek(s) < 0x20)
			return fail(s, "a control character in a string");
		if (s->json[s->at++] == '\\' && (code = scan_escape(s)) < 0)
			return code;
	}
	return 0;
}

static int scan_value(struct scanner *s);

/* A name, its colon, its value; then at the value's end. */
static int scan_member(struct scanner *s, struct json_member *ret)
{
	int code;

	ret->name.start = s->at;
	if ((code = scan_string(s)) < 0)
		return code;
	ret->name.end = s->at;
	skip_space(s);
	if (!take(s, ':'))
		return fail(s, "a colon is missing");
	skip_space(s);
	ret->value.start = s->at;
	code = scan_value(s);
	ret->value.end = s->at;
	return code;
}

/* An array or object, behind its opening bracket. */
static int scan_items(struct scanner *s, char closing)
{
	struct json_member member;
	int code;

	skip_space(s);
	if (take(s, closing))
		return 0;
	do {
		skip_space(s);
		code = closing == '}' ? scan_member(s, &member) : scan_value(s);
		if (code < 0)
			return code;
		skip_space(s);
	} while (take(s, ','));
	return take(s, closing) ? 0 : fail(s, "a comma or the end of an array or object is missing");
}

static int scan_nested(struct scanner *s)
{
	char closing = s->json[s->at++] == '{' ? '}' : ']';
	int code;

	if (s->depth == JSON_EDIT_DEPTH_MAX)
		return fail(s, "too many arrays and objects within each other");
	s->depth++;
	code = scan_items(s, closing);
	s->depth--;
	return code;
}

static int scan_value(struct scanner *s)
{
	static const char *const words[] = { "true", "false", "null" };

	if (peek(s) == '{' || peek(s) == '[')
		return scan_nested(s);
	if (peek(s) == '"')
		return scan_string(s);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i]);

		if (s->length - s->at >= length && memcmp(s->json + s->at, words[i], length) == 0) {
			s->at += length;
			return 0;
		}
	}
	return scan_number(s);
}

int json_scan(const char *json, size_t length, struct json_span *ret, struct error *err)
{
	struct scanner s = { .json = json, .length = length, .err = err };
	int code;

	if (length >= strlen(BYTE_ORDER_MARK) && memcmp(json, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		return fail(&s, "a byte order mark");
	skip_space(&s);
	ret->start = s.at;
	if ((code = scan_value(&s)) < 0)
		return code;
	ret->end = s.at;
	skip_space(&s);
	return s.at == length ? 0 : fail(&s, "something behind the value");
}

bool json_scan_member(const char *json, struct json_span object, size_t *at, struct json_member *ret)
{
	struct scanner s = { .json = json, .length = object.end, .at = *at ? *at : object.start + 1 };

	skip_space(&s);
	if (take(&s, ','))
		skip_space(&s);
	if (peek(&s) != '"' || scan_member(&s, ret) < 0)
		return false;
	*at = s.at;
	return true;
}

/* The next character of a scanned string, in lower case as Go's encoding/json sees it when it matches the names of
 * fields: two letters that are not ASCII have one that is. Other characters match nothing of ours; 0 stands for them. */
static char next_folded(const char **at)
{
	static const struct { const char *spelt; char folded; } letters[] = {
		{ "\xc5\xbf", 's' }, { "\\u017f", 's' }, { "\\u017F", 's' },
		{ "\xe2\x84\xaa", 'k' }, { "\\u212a", 'k' }, { "\\u212A", 'k' }, { "\\/", '/' },
	};
	unsigned int c = (unsigned char)**at;

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (strncmp(*at, letters[i].spelt, strlen(letters[i].spelt)) == 0) {
			*at += strlen(letters[i].spelt);
			return letters[i].folded;
		}
	if (strncmp(*at, "\\u00", 4) == 0) {
		c = (unsigned int)hex_value((unsigned char)(*at)[4]) << 4 | (unsigned int)hex_value((unsigned char)(*at)[5]);
		*at += strlen("\\u00XX") - 1;
	}
	(*at)++;
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c > 0x20 && c < 0x7f && c != '\\' ? (char)c : 0;
}

enum json_name_match json_scan_match(const char *json, struct json_span name, const char *wanted)
{
	const char *at = json + name.start + 1, *end = json + name.end - 1;

	if ((size_t)(end - at) == strlen(wanted) && memcmp(at, wanted, strlen(wanted)) == 0)
		return JSON_NAME_SAME;
	for (; at < end && *wanted; wanted++)
		if (next_folded(&at) != (*wanted >= 'A' && *wanted <= 'Z' ? *wanted - 'A' + 'a' : *wanted))
			return JSON_NAME_OTHER;
	return at == end && !*wanted ? JSON_NAME_LIKE : JSON_NAME_OTHER;
}
