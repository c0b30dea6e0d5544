/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/map.h"
#include "snug/string_set.h"
#include "snug/text.h"
#include "tests/tap.h"

static void test_error(void)
{
	struct error err = ERROR_NONE;
	char longer[2 * ERROR_TEXT_MAX];

	ok_int(error_errno(&err, -ENOENT, "cannot open '%s'", "x"), -ENOENT);
	ok_str(err.text, "cannot open 'x': No such file or directory");
	error_set(&err, -EIO, "second");
	ok_int(err.code, -ENOENT);
	error_wrap(&err, "reading trace '%s'", "y");
	ok_str(err.text, "reading trace 'y': cannot open 'x': No such file or directory");
	error_hint(&err, "make it");
	ok(strstr(err.text, " (hint: make it)") != NULL);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err.code = 0;
	error_set(&err, -EIO, "%s", longer);
	ok(strlen(err.text) == ERROR_TEXT_MAX - 1);
	ok_str(err.text + ERROR_TEXT_MAX - 4, "...");
	ok_int(error_set(NULL, -EIO, "nobody listens"), -EIO);
	ok(error_hint(NULL, "no matter") < 0 && error_wrap(NULL, "no matter") < 0);
}

static void test_bytes(void)
{
	CLEANUP(text_done) struct text escaped = TEXT_EMPTY, back = TEXT_EMPTY;
	static const char raw[] = "a\\b\xff\xc3\xa4\xed\xa0\x80\0z";

	bytes_escape(&escaped, raw, sizeof(raw) - 1);
	ok_str(text_cstr(&escaped), "a\\\\b\\xff\xc3\xa4\\xed\\xa0\\x80\\x00z");
	ok_int(bytes_unescape(&back, text_cstr(&escaped)), 0);
	ok(back.length == sizeof(raw) - 1 && memcmp(back.data, raw, back.length) == 0);
	ok_int(bytes_unescape(&back, "\\q"), -EINVAL);
	ok_int(bytes_unescape(&back, "\\x4"), -EINVAL);
	ok_int(bytes_unescape(&back, "tail\\"), -EINVAL);
	ok_int((long long)back.length, sizeof(raw) - 1);
}

static void test_string_set(void)
{
	CLEANUP(string_set_done) struct string_set a = { .limit = 2 }, b = { .limit = 2 };

	ok(string_set_add(&a, "c"));
	ok(!string_set_add(&a, "c"));
	string_set_add(&a, "a");
	ok(!a.more);
	ok(string_set_add(&a, "b"));
	ok(a.more && a.count == 2);
	ok_str(a.items[1], "b");
	string_set_add(&b, "b");
	string_set_add(&b, "c");
	string_set_union(&b, &a);
	ok(string_set_equal(&a, &b));
}

static void test_map(void)
{
	CLEANUP(map_freep) struct map *map = map_new(free);
	size_t length;

	for (int i = 0; i < 1000; i++) {
		char key[16];
		int n = snprintf(key, sizeof(key), "k%d", i * 7 % 1000);

		*map_slot(map, key, (size_t)n) = strdup(key);
	}
	ok_int((long long)map_count(map), 1000);
	ok_str(map_get(map, "k42", 3), "k42");
	ok_str(map_key_at(map, 0, &length), "k0");
	ok_str(map_value_at(map, 2), "k10");
	ok_str(map_get(map, "k999", 4), "k999");
	ok(map_get(map, "none", 4) == NULL);
	ok(map_slot(map, "k5", 2) && map_count(map) == 1000);
}

int main(void)
{
	test_error();
	test_bytes();
	test_string_set();
	test_map();
	return done();
}
