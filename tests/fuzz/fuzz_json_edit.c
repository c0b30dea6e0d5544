/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a JSON text that is changed in one place. What jansson reads without a doubt is read here too; what is
 * changed holds the new value there, everything else byte for byte, and is JSON again. */
#include <jansson.h>

#include "snug/cleanup.h"
#include "snug/json_edit.h"
#include "tests/fuzz/fuzz.h"

static const char *const path[] = { "linux", "seccomp", NULL };
static const char value[] = "{\"new\":[18446744073709551615]}";

/* The bytes before and behind the range are those of the original. */
static void promise_only_the_range(const struct text *before, struct json_span old, const struct text *after,
				   struct json_span new)
{
	promise(old.start == new.start && memcmp(before->data, after->data, old.start) == 0);
	promise(before->length - old.end == after->length - new.end);
	promise(memcmp(before->data + old.end, after->data + new.end, before->length - old.end) == 0);
}

static void try_changes(const struct text *original)
{
	CLEANUP(text_done) struct text changed = TEXT_EMPTY;
	struct json_span old, new;
	int there = json_edit_find(original->data, original->length, path, &old, NULL);
	struct error err = ERROR_NONE;

	text_add(&changed, original->data, original->length);
	if (json_edit_set(&changed, path, value, &err) < 0) {
		promise(err.text[0] && changed.length == original->length);
		promise(there <= 0 && memcmp(changed.data, original->data, changed.length) == 0);
		return;
	}
	promise(json_edit_find(changed.data, changed.length, path, &new, NULL) == 1);
	promise(new.end - new.start == strlen(value) && memcmp(changed.data + new.start, value, strlen(value)) == 0);
	if (there == 1)
		promise_only_the_range(original, old, &changed, new);
	promise(json_edit_remove(&changed, path, NULL) == 1);
	promise(json_edit_find(changed.data, changed.length, path, &new, NULL) == 0);
}

static size_t brackets(const struct text *json)
{
	size_t count = 0;

	for (size_t i = 0; i < json->length; i++)
		count += json->data[i] == '[' || json->data[i] == '{';
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_done) struct text original = TEXT_EMPTY;
	static const char *const whole[] = { NULL };
	struct json_span span;
	json_auto_t *read = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
	int code;

	text_add(&original, data, size);
	code = json_edit_find(original.data, size, whole, &span, NULL);
	/* jansson allows more levels than we do, ends at a NUL, and allows no more of anything else. */
	promise(!read || code == 1 || brackets(&original) > JSON_EDIT_DEPTH_MAX || memchr(data, 0, size));
	promise(code < 0 || (span.start < span.end && span.end <= size));
	try_changes(&original);
	return 0;
}
