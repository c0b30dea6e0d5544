/* SPDX-License-Identifier: Apache-2.0 */
/* Small steps between JSON and our own types. */
#include "snug/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/memory.h"
#include "snug/text.h"

json_t *json_new_object(void)
{
	return memory_checked(json_object());
}

json_t *json_new_array(void)
{
	return memory_checked(json_array());
}

json_t *json_from_bytes(const char *bytes)
{
	CLEANUP(text_done) struct text escaped = TEXT_EMPTY;

	bytes_escape(&escaped, bytes, strlen(bytes));
	return memory_checked(json_stringn(text_cstr(&escaped), escaped.length));
}

json_t *json_from_decimal(uint64_t value)
{
	char digits[DECIMAL_DIGITS + 1];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	return memory_checked(json_string(digits));
}

/* jansson fails here for want of memory only: the keys are ours, or came out of jansson. */
void json_set_key(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, memory_checked(value)) < 0)
		memory_checked(NULL);
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, memory_checked(value)) < 0)
		memory_checked(NULL);
}

json_t *json_take(json_t *object, const char *key)
{
	json_t *value = json_incref(json_object_get(object, key));

	json_object_del(object, key);
	return value;
}

bool json_is_word(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:#+";

	return *s && s[strspn(s, allowed)] == '\0';
}

int json_to_bytes(const char *key, const json_t *value, unsigned int flags, char **ret, struct error *err)
{
	CLEANUP(text_done) struct text bytes = TEXT_EMPTY;
	const char *escaped = json_string_value(value);

	if (!escaped)
		return json_wrong_type(key, "a string", err);
	if (bytes_unescape(&bytes, escaped) < 0)
		return error_set(err, -EINVAL, "bad backslash in '%s': '%s'", key, escaped);
	if (strlen(text_cstr(&bytes)) != bytes.length)
		return error_set(err, -EINVAL, "NUL byte in '%s'", key);
	if (flags & JSON_STRING_PATH && text_cstr(&bytes)[0] != '/')
		return error_set(err, -EINVAL, "'%s' is not an absolute path: '%s'", key, escaped);
	if (flags & JSON_STRING_WORD && !json_is_word(text_cstr(&bytes)))
		return json_unknown_word(key, escaped, err);
	*ret = text_steal(&bytes);
	return 0;
}

int json_to_decimal(const char *key, const json_t *value, uint64_t *ret, struct error *err)
{
	const char *s = json_string_value(value);
	char *end;

	if (!s)
		return json_wrong_type(key, "a number in a string", err);
	errno = 0;
	*ret = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || (*s == '0' && s[1]))
		return error_set(err, -EINVAL, "'%s' is not a number of 64 bits: '%s'", key, s);
	return 0;
}

int json_wrong_type(const char *key, const char *wanted, struct error *err)
{
	return error_set(err, -EINVAL, "'%s' is not %s", key, wanted);
}

int json_missing(const char *key, struct error *err)
{
	return error_set(err, -EINVAL, "no '%s'", key);
}

int json_unknown_word(const char *key, const char *word, struct error *err)
{
	return error_set(err, -EINVAL, "unknown word in '%s': '%s'", key, word);
}

int json_unknown_keys(json_t *object, struct error *err)
{
	void *first = json_object_iter(object);

	return first ? error_set(err, -EINVAL, "unknown key '%s'", json_object_iter_key(first)) : 0;
}
