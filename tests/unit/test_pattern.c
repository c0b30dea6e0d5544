/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of paths: what they match, what they cover, and that each has one text. */
#include "snug/cleanup.h"
#include "snug/pattern.h"
#include "tests/tap.h"

static bool matches(const char *text, const char *path)
{
	CLEANUP(pattern_done) struct pattern pattern = { 0 };

	return pattern_read(&pattern, text, NULL) == 0 && pattern_match(pattern.pieces, pattern.count, path);
}

static bool covers(const char *outer, const char *inner)
{
	CLEANUP(pattern_done) struct pattern a = { 0 }, b = { 0 };

	return pattern_read(&a, outer, NULL) == 0 && pattern_read(&b, inner, NULL) == 0 &&
	       pattern_covers(a.pieces, a.count, b.pieces, b.count);
}

static void test_match(void)
{
	ok(matches("/srv/*", "/srv/a") && !matches("/srv/*", "/srv/") && !matches("/srv/*", "/srv/a/b"));
	ok(matches("/srv/**", "/srv/a/b/") && !matches("/srv/**", "/srv/") && !matches("/srv/**", "/srw/a"));
	ok(matches("/x-[0-9]*.log", "/x-120.log") && !matches("/x-[0-9]*.log", "/x-.log") && !matches("/x-[0-9]*.log", "/x-1a.log"));
	ok(matches("/*a*a*b", "/xaaaxab") && !matches("/*a*a*b", "/aaab"));
	ok(matches("/\\x2a", "/*") && !matches("/\\x2a", "/a") && matches("/\\xff\\\\", "/\xff\\"));
	ok(matches("/srv/", "/srv/") && !matches("/srv/", "/srv") && matches("/", "/"));
}

/* Every way through a pattern of many stars would take longer than the universe is old. */
static void test_time(void)
{
	char path[4001] = "/";

	memset(path + 1, 'a', sizeof(path) - 2);
	path[sizeof(path) - 1] = '\0';
	ok(!matches("/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", path));
}

static void test_covers(void)
{
	ok(covers("/srv/*", "/srv/a") && !covers("/srv/*", "/srv/a/") && covers("/srv/**", "/srv/a/"));
	ok(covers("/srv/*", "/srv/x-[0-9]*") && covers("/srv/x-*", "/srv/x-[0-9]*") && covers("/srv/**", "/srv/*"));
	ok(!covers("/srv/[0-9]*", "/srv/*") && !covers("/srv/*", "/srv/**") && !covers("/srv/x", "/srv/*"));
	ok(covers("/srv/**", "/srv/a/*/b") && !covers("/srv/*", "/srv/a/*/b"));
}

static void test_text(void)
{
	static const char *const texts[] = { "/", "/srv/*/x-[0-9]*/**", "/\\x20\\x23\\x2a\\x5b\\\\", "/\\xff\\x01", "/\xc3\xa9" };
	static const char *const wrong[] = { "", "x", "*", "/a//b", "/./a", "/a/..", "/[a]", "/a?", "/{a}", "/a b", "/#", "/***",
					     "/*[0-9]*", "/\\", "/\\x00", "/\\q", "/\x01", "/\xff" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CLEANUP(pattern_done) struct pattern pattern = { 0 };
		CLEANUP(text_done) struct text text = TEXT_EMPTY;

		ok_int(pattern_read(&pattern, texts[i], NULL), 0);
		pattern_text(&text, pattern.pieces, pattern.count);
		ok_str(text_cstr(&text), texts[i]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CLEANUP(pattern_done) struct pattern pattern = { 0 };
		struct error err = ERROR_NONE;

		ok(pattern_read(&pattern, wrong[i], &err) < 0 && err.text[0]);
	}
}

int main(void)
{
	test_match();
	test_time();
	test_covers();
	test_text();
	return done();
}
