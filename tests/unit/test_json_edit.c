/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts changed in one place: the rest stays as it is to the byte, and what is ambiguous is refused. */
#include <errno.h>
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/json_edit.h"
#include "tests/tap.h"

static const char *const seccomp[] = { "linux", "seccomp", NULL };

/* One row a text: what becomes of it when linux.seccomp is set to 7, and when it is removed; NULL = refused. */
static const struct {
	const char *json, *set, *removed;
} rows[] = {
	{ "{\"linux\":{\"seccomp\":{\"a\":[1]}}}", "{\"linux\":{\"seccomp\":7}}", "{\"linux\":{}}" },
	{ "{\"linux\":{}}", "{\"linux\":{\"seccomp\":7}}", "{\"linux\":{}}" },
	{ "{\"linux\":{\"a\":1}}", "{\"linux\":{\"a\":1,\"seccomp\":7}}", "{\"linux\":{\"a\":1}}" },
	{ "{}", "{\"linux\":{\"seccomp\":7}}", "{}" },
	{ "{\"a\":1}", "{\"a\":1,\"linux\":{\"seccomp\":7}}", "{\"a\":1}" },
	{ "{\"linux\":null}", "{\"linux\":{\"seccomp\":7}}", "{\"linux\":null}" },
	{ "{\"linux\":{\"seccomp\":null,\"b\":2}}", "{\"linux\":{\"seccomp\":7,\"b\":2}}", "{\"linux\":{\"b\":2}}" },
	{ "{\"linux\":{\"b\":2,\"seccomp\":3}}", "{\"linux\":{\"b\":2,\"seccomp\":7}}", "{\"linux\":{\"b\":2}}" },
	{ " {\n\t\"linux\" : {\n\t\t\"b\": 2\n\t}\n}\n", " {\n\t\"linux\" : {\n\t\t\"b\": 2,\n\t\t\"seccomp\": 7\n\t}\n}\n",
	  " {\n\t\"linux\" : {\n\t\t\"b\": 2\n\t}\n}\n" },
	{ "{\n\t\"a\": 1\n}\n", "{\n\t\"a\": 1,\n\t\"linux\": {\"seccomp\": 7}\n}\n", "{\n\t\"a\": 1\n}\n" },
	/* Deeper and elsewhere the same names are others. */
	{ "{\"seccomp\":1,\"a\":{\"linux\":{\"seccomp\":2}},\"linux\":{\"a\":{\"seccomp\":3}}}",
	  "{\"seccomp\":1,\"a\":{\"linux\":{\"seccomp\":2}},\"linux\":{\"a\":{\"seccomp\":3},\"seccomp\":7}}",
	  "{\"seccomp\":1,\"a\":{\"linux\":{\"seccomp\":2}},\"linux\":{\"a\":{\"seccomp\":3}}}" },
	{ "[{\"linux\":1}]", NULL, NULL },
	{ "\"linux\"", NULL, NULL },
	{ "{\"linux\":[]}", NULL, NULL },
	{ "{\"linux\":\"seccomp\"}", NULL, NULL },
	/* Numbers that a JSON library would lose, bytes that are no UTF-8, escapes. */
	{ "{\"x\":[18446744073709551615,-0.0,1e999],\"e\":\"\xff\\ud800\\\"}\",\"linux\":{}}",
	  "{\"x\":[18446744073709551615,-0.0,1e999],\"e\":\"\xff\\ud800\\\"}\",\"linux\":{\"seccomp\":7}}",
	  "{\"x\":[18446744073709551615,-0.0,1e999],\"e\":\"\xff\\ud800\\\"}\",\"linux\":{}}" },
	/* Twice, or in a spelling that Go takes for the same. */
	{ "{\"linux\":{},\"linux\":{}}", NULL, NULL },
	{ "{\"linux\":{\"seccomp\":1,\"seccomp\":2}}", NULL, NULL },
	{ "{\"linux\":{},\"Linux\":{}}", NULL, NULL },
	{ "{\"linux\":{\"SECCOMP\":1}}", NULL, NULL },
	{ "{\"linux\":{\"s\\u0065ccomp\":1}}", NULL, NULL },
	{ "{\"linux\":{\"\xc5\xbf" "eccomp\":1}}", NULL, NULL },
	{ "{\"linux\":{\"\\u017Feccomp\":1}}", NULL, NULL },
	{ "{\"linux\":{\"seccom\\u0050\":1}}", NULL, NULL },
	/* Names that are merely near. */
	{ "{\"linux\":{\"seccom\":1,\"seccomp2\":2,\"\\u0000seccomp\":3}}",
	  "{\"linux\":{\"seccom\":1,\"seccomp2\":2,\"\\u0000seccomp\":3,\"seccomp\":7}}",
	  "{\"linux\":{\"seccom\":1,\"seccomp2\":2,\"\\u0000seccomp\":3}}" },
	/* Not JSON. */
	{ "", NULL, NULL },
	{ "\xef\xbb\xbf{}", NULL, NULL },
	{ "{}{}", NULL, NULL },
	{ "{\"a\":1,}", NULL, NULL },
	{ "{'a':1}", NULL, NULL },
	{ "{\"a\":01}", NULL, NULL },
	{ "{\"a\":.5}", NULL, NULL },
	{ "{\"a\":1.}", NULL, NULL },
	{ "{\"a\":1e}", NULL, NULL },
	{ "{\"a\":+1}", NULL, NULL },
	{ "{\"a\":nul}", NULL, NULL },
	{ "{\"a\":\"\n\"}", NULL, NULL },
	{ "{\"a\":\"\\x\"}", NULL, NULL },
	{ "{\"a\":\"\\u12g4\"}", NULL, NULL },
	{ "{\"a\" 1}", NULL, NULL },
	{ "{\"a\":1 \"b\":2}", NULL, NULL },
	{ "{// none\n}", NULL, NULL },
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(text_done) struct text set = TEXT_EMPTY, removed = TEXT_EMPTY;
		struct error err = ERROR_NONE;

		text_puts(&set, rows[i].json);
		text_puts(&removed, rows[i].json);
		ok_int(json_edit_set(&set, seccomp, "7", &err), rows[i].set ? 0 : -EINVAL);
		ok_str(text_cstr(&set), rows[i].set ? rows[i].set : rows[i].json);
		ok(rows[i].set || err.text[0]);
		ok(rows[i].removed ? json_edit_remove(&removed, seccomp, NULL) >= 0
				   : json_edit_remove(&removed, seccomp, NULL) == -EINVAL);
		ok_str(text_cstr(&removed), rows[i].removed ? rows[i].removed : rows[i].json);
	}
}

/* A text that ends early is refused, wherever it ends. */
static void test_truncation(void)
{
	static const char whole[] = "{\"linux\":{\"a\":[true,-1.5e3,\"\\u00e4\"],\"seccomp\":{}}}";

	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *part = malloc(length + 1);	/* of exactly that size: what reads on is found */
		struct json_span span;

		memcpy(part, whole, length);
		ok_int(json_edit_find(part, length, seccomp, &span, NULL), -EINVAL);
		free(part);
	}
}

static void test_depth(void)
{
	CLEANUP(text_done) struct text deep = TEXT_EMPTY;
	static const char *const empty[] = { NULL };
	struct json_span span;

	for (int i = 0; i < JSON_EDIT_DEPTH_MAX; i++)
		text_putc(&deep, '[');
	for (int i = 0; i < JSON_EDIT_DEPTH_MAX; i++)
		text_putc(&deep, ']');
	ok_int(json_edit_find(deep.data, deep.length, empty, &span, NULL), 1);
	ok_int((long long)span.end, 2 * JSON_EDIT_DEPTH_MAX);
	text_clear(&deep);
	for (int i = 0; i < 1000000; i++)
		text_putc(&deep, '[');
	ok_int(json_edit_find(deep.data, deep.length, empty, &span, NULL), -EINVAL);
}

static void test_message(void)
{
	CLEANUP(text_done) struct text quoted = TEXT_EMPTY;
	struct error err = ERROR_NONE;
	struct json_span span;

	json_edit_find("{\n  \"a\": tru\n}", 14, seccomp, &span, &err);
	ok_str(err.text, "not JSON: a value is missing at byte 9, line 2");
	err = (struct error)ERROR_NONE;
	json_edit_find("{\"linux\":1}", 11, seccomp, &span, &err);
	ok_str(err.text, "'linux' is not an object");
	json_edit_quote(&quoted, "a\"\\\n\xc3\xa4");
	ok_str(text_cstr(&quoted), "\"a\\u0022\\u005c\\u000a\xc3\xa4\"");
}

int main(void)
{
	test_rows();
	test_truncation();
	test_depth();
	test_message();
	return done();
}
