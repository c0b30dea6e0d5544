/* SPDX-License-Identifier: Apache-2.0 */
/* The types of fields that hold one thing: how each is written, read, compared, united. See field_many.c for sets. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

static void identify_end(struct text *key)
{
	text_putc(key, '\0');
}

/* --- string ------------------------------------------------------------- */

static void string_write(const struct field *field, const void *entry, struct text *object)
{
	char *const *s = field_at(field, entry);

	if (!*s)
		return;
	json_put_key(object, field->key);
	json_put_bytes(object, *s);
}

static int string_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		       struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);

	(void)trace;
	if (!value)
		return field->flags & FIELD_OPTIONAL ? 0 : json_missing(field->key, err);
	return json_to_bytes(field->key, value, field->flags, field_at(field, entry), err);
}

/* A mark before what is set: an empty string is not the same as none. */
static void string_identify(const struct field *field, const void *entry, struct text *key)
{
	char *const *s = field_at(field, entry);

	if (*s && field->flags & FIELD_OPTIONAL)
		text_putc(key, '=');
	if (*s)
		text_puts(key, *s);
	identify_end(key);
}

static void string_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	char **a = field_at(field, into), *const *b = field_at(field, from);

	(void)trace;
	if (!*b || (*a && strcmp(*a, *b) >= 0))
		return;
	free(*a);
	*a = xstrdup(*b);
}

static void string_done(const struct field *field, void *entry)
{
	free(*(char **)field_at(field, entry));
}

const struct field_type field_string = {
	.write = string_write,
	.read = string_read,
	.identify = string_identify,
	.merge = string_merge,
	.done = string_done,
};

/* --- bool, and bool in two words ---------------------------------------- */

static void truth_write(const struct field *field, const void *entry, struct text *object)
{
	bool truth = *(const bool *)field_at(field, entry);

	if (!truth && field->flags & FIELD_OPTIONAL)
		return;
	json_put_key(object, field->key);
	text_puts(object, truth ? "true" : "false");
}

static int truth_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		     struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);

	(void)trace;
	if (!value)
		return field->flags & FIELD_OPTIONAL ? 0 : json_missing(field->key, err);
	if (!json_is_boolean(value))
		return json_wrong_type(field->key, "true or false", err);
	*(bool *)field_at(field, entry) = json_is_true(value);
	return 0;
}

/* What is hardly ever so costs the keys of all others nothing: 100,000 paths are no patterns. */
static void truth_identify(const struct field *field, const void *entry, struct text *key)
{
	if (field->flags & FIELD_OPTIONAL && !*(const bool *)field_at(field, entry))
		return;
	text_putc(key, *(const bool *)field_at(field, entry) ? '1' : '0');
	identify_end(key);
}

static void truth_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(bool *)field_at(field, into) |= *(const bool *)field_at(field, from);
}

const struct field_type field_truth = {
	.write = truth_write,
	.read = truth_read,
	.identify = truth_identify,
	.merge = truth_merge,
};

/* Takes a required word of the field's vocabulary out of `object`. */
static int take_word(const struct field *field, json_t *object, int *ret, struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);

	if (!value)
		return json_missing(field->key, err);
	if (!json_is_string(value))
		return json_wrong_type(field->key, "a string", err);
	*ret = field->words->by_name(json_string_value(value));
	return *ret < 0 ? json_unknown_word(field->key, json_string_value(value), err) : 0;
}

static void put_word(const struct field *field, const char *word, struct text *object)
{
	json_put_key(object, field->key);
	json_put_word(object, word);
}

static void truth_word_write(const struct field *field, const void *entry, struct text *object)
{
	put_word(field, field->words->name(*(const bool *)field_at(field, entry)), object);
}

static int truth_word_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			  struct error *err)
{
	int value, code = take_word(field, object, &value, err);

	(void)trace;
	if (code == 0)
		*(bool *)field_at(field, entry) = value != 0;
	return code;
}

const struct field_type field_truth_word = {
	.write = truth_word_write,
	.read = truth_word_read,
	.identify = truth_identify,
	.merge = truth_merge,
};

/* --- a word of a vocabulary, a set of such words -------------------------- */

static void word_write(const struct field *field, const void *entry, struct text *object)
{
	put_word(field, field->words->name(*(const uint32_t *)field_at(field, entry)), object);
}

static int word_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		     struct error *err)
{
	int value, code = take_word(field, object, &value, err);

	(void)trace;
	if (code == 0)
		*(uint32_t *)field_at(field, entry) = (uint32_t)value;
	return code;
}

static void word_identify(const struct field *field, const void *entry, struct text *key)
{
	text_puts(key, field->words->name(*(const uint32_t *)field_at(field, entry)));
	identify_end(key);
}

/* Only ever part of an identity: both are the same, or `into` is new. */
static void word_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(uint32_t *)field_at(field, into) = *(const uint32_t *)field_at(field, from);
}

const struct field_type field_word = {
	.write = word_write,
	.read = word_read,
	.identify = word_identify,
	.merge = word_merge,
};

static void words_write(const struct field *field, const void *entry, struct text *object)
{
	uint32_t bits = *(const uint32_t *)field_at(field, entry);
	const char *names[32];
	size_t count = 0, at;

	if (!bits && field->flags & FIELD_OPTIONAL)
		return;
	for (uint32_t bit = 1; bit < field->words->end; bit <<= 1) {
		const char *name = bits & bit ? field->words->name(bit) : NULL;

		if (!name)
			continue;
		for (at = count++; at > 0 && strcmp(names[at - 1], name) > 0; at--)
			names[at] = names[at - 1];
		names[at] = name;
	}
	json_put_key(object, field->key);
	text_putc(object, '[');
	for (size_t i = 0; i < count; i++) {
		json_put_next(object);
		json_put_word(object, names[i]);
	}
	text_putc(object, ']');
}

static int words_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		      struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	uint32_t *bits = field_at(field, entry);
	const json_t *item;
	size_t i;

	(void)trace;
	if (!value && (field->flags & FIELD_OPTIONAL))
		return 0;
	if (!json_is_array(value))
		return value ? json_wrong_type(field->key, "an array", err) : json_missing(field->key, err);
	json_array_foreach(value, i, item) {
		int bit = json_is_string(item) ? field->words->by_name(json_string_value(item)) : -1;

		if (!json_is_string(item))
			return json_wrong_type(field->key, "an array of strings", err);
		if (bit < 0)
			return json_unknown_word(field->key, json_string_value(item), err);
		if (*bits & (uint32_t)bit)
			return error_set(err, -EINVAL, "'%s' holds '%s' twice", field->key, json_string_value(item));
		*bits |= (uint32_t)bit;
	}
	return 0;
}

static void words_identify(const struct field *field, const void *entry, struct text *key)
{
	text_printf(key, "%08x", *(const uint32_t *)field_at(field, entry));
	identify_end(key);
}

static void words_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(uint32_t *)field_at(field, into) |= *(const uint32_t *)field_at(field, from);
}

const struct field_type field_words = {
	.write = words_write,
	.read = words_read,
	.identify = words_identify,
	.merge = words_merge,
};

/* The writer has split the entry: at most one kind is left. */
static void kinds_write(const struct field *field, const void *entry, struct text *object)
{
	uint32_t kinds = *(const uint32_t *)field_at(field, entry);

	put_word(field, field->words->name(kinds ? (uint32_t)__builtin_ctz(kinds) : 0), object);
}

static int kinds_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		      struct error *err)
{
	int kind, code = take_word(field, object, &kind, err);

	(void)trace;
	if (code == 0 && kind != FILE_KIND_UNKNOWN)
		*(uint32_t *)field_at(field, entry) = KIND_BIT(kind);
	return code;
}

const struct field_type field_kinds = {
	.write = kinds_write,
	.read = kinds_read,
	.merge = words_merge,
};

/* --- numbers ------------------------------------------------------------- */

static void integer_init(struct trace *trace, const struct field *field, void *entry)
{
	(void)trace;
	*(int *)field_at(field, entry) = -1;
}

static void number_write(const struct field *field, const void *entry, struct text *object)
{
	int value = *(const int *)field_at(field, entry);
	char name[NAME_LENGTH];

	if (value >= 0)
		put_word(field, name_of(field->names, value, name), object);
}

static int number_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		       struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	int *number = field_at(field, entry);

	(void)trace;
	if (!value)
		return field->flags & FIELD_OPTIONAL ? 0 : json_missing(field->key, err);
	if (!json_is_string(value))
		return json_wrong_type(field->key, "a string", err);
	if (!value_of(field->names, json_string_value(value), number) || *number < 0)
		return json_unknown_word(field->key, json_string_value(value), err);
	return 0;
}

static void number_identify(const struct field *field, const void *entry, struct text *key)
{
	int value = *(const int *)field_at(field, entry);
	char name[NAME_LENGTH];

	if (value >= 0)
		text_puts(key, name_of(field->names, value, name));
	identify_end(key);
}

const struct field_type field_number = {
	.init = integer_init,
	.write = number_write,
	.read = number_read,
	.identify = number_identify,
	.merge = word_merge,
};

static void integer_write(const struct field *field, const void *entry, struct text *object)
{
	int value = *(const int *)field_at(field, entry);

	if (value < 0)
		return;
	json_put_key(object, field->key);
	text_printf(object, "%d", value);
}

static int integer_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	int *number = field_at(field, entry);

	(void)trace;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > INT32_MAX)
		return json_wrong_type(field->key, "a whole number from 0 to 2147483647", err);
	*number = (int)json_integer_value(value);
	return 0;
}

static void integer_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	int *a = field_at(field, into), b = *(const int *)field_at(field, from);

	(void)trace;
	if (*a < b)
		*a = b;
}

const struct field_type field_integer = {
	.init = integer_init,
	.write = integer_write,
	.read = integer_read,
	.merge = integer_merge,
};

static void unsigned_write(const struct field *field, const void *entry, struct text *object)
{
	uint64_t value = *(const uint64_t *)field_at(field, entry);

	if (!value && field->flags & FIELD_OPTIONAL)
		return;
	json_put_key(object, field->key);
	json_put_decimal(object, value);
}

static int unsigned_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			 struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);

	(void)trace;
	if (!value)
		return field->flags & FIELD_OPTIONAL ? 0 : json_missing(field->key, err);
	return json_to_decimal(field->key, value, field_at(field, entry), err);
}

/* Padded, so that byte order is numeric. */
static void unsigned_identify(const struct field *field, const void *entry, struct text *key)
{
	text_printf(key, "%0*" PRIu64, DECIMAL_DIGITS, *(const uint64_t *)field_at(field, entry));
	identify_end(key);
}

static void unsigned_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	uint64_t *a = field_at(field, into), b = *(const uint64_t *)field_at(field, from);

	(void)trace;
	if (*a < b)
		*a = b;
}

const struct field_type field_unsigned = {
	.write = unsigned_write,
	.read = unsigned_read,
	.identify = unsigned_identify,
	.merge = unsigned_merge,
};

/* --- ABI ----------------------------------------------------------------- */

static void abi_write(const struct field *field, const void *entry, struct text *object)
{
	put_word(field, (*(const struct arch *const *)field_at(field, entry))->name, object);
}

static int abi_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		    struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	const struct arch **abi = field_at(field, entry);

	(void)trace;
	if (!json_is_string(value))
		return value ? json_wrong_type(field->key, "a string", err) : json_missing(field->key, err);
	*abi = arch_by_name(json_string_value(value));
	return *abi ? 0 : json_unknown_word(field->key, json_string_value(value), err);
}

static void abi_identify(const struct field *field, const void *entry, struct text *key)
{
	text_puts(key, (*(const struct arch *const *)field_at(field, entry))->name);
	identify_end(key);
}

static void abi_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(const struct arch **)field_at(field, into) = *(const struct arch *const *)field_at(field, from);
}

const struct field_type field_abi = {
	.write = abi_write,
	.read = abi_read,
	.identify = abi_identify,
	.merge = abi_merge,
};
