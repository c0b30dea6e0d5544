/* SPDX-License-Identifier: Apache-2.0 */
/* The types of fields: how each is written, read, compared, united and released. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

#define DIGITS 20	/* of UINT64_MAX, in decimal */

static void *at(const struct field *field, const void *entry)
{
	return (char *)entry + field->offset;
}

static void set_key(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, memory_checked(value)) < 0)
		memory_checked(NULL);
}

/* Bytes as JSON. */
static json_t *json_bytes(const char *bytes)
{
	CLEANUP(text_done) struct text escaped = TEXT_EMPTY;

	bytes_escape(&escaped, bytes, strlen(bytes));
	return memory_checked(json_stringn(text_cstr(&escaped), escaped.length));
}

/* Takes `key` out of `object`. The caller owns the result; NULL when the key is not there. */
static json_t *take(json_t *object, const char *key)
{
	json_t *value = json_incref(json_object_get(object, key));

	json_object_del(object, key);
	return value;
}

static inline void json_decrefp_(json_t **json)
{
	json_decref(*json);
}

#define auto_json CLEANUP(json_decrefp_)

static int missing(const struct field *field, struct error *err)
{
	return error_set(err, -EINVAL, "no '%s'", field->key);
}

static int wrong_type(const char *key, const char *wanted, struct error *err)
{
	return error_set(err, -EINVAL, "'%s' is not %s", key, wanted);
}

static int unknown_word(const char *key, const char *word, struct error *err)
{
	return error_set(err, -EINVAL, "unknown word in '%s': '%s'", key, word);
}

static bool is_word(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:#+";

	return *s && s[strspn(s, allowed)] == '\0';
}

/* JSON to bytes under the field's flags. `*ret` is owned by the caller. */
static int read_bytes(const struct field *field, const json_t *value, char **ret, struct error *err)
{
	CLEANUP(text_done) struct text bytes = TEXT_EMPTY;

	if (!json_is_string(value))
		return wrong_type(field->key, "a string", err);
	if (bytes_unescape(&bytes, json_string_value(value)) < 0)
		return error_set(err, -EINVAL, "lone backslash in '%s': '%s'", field->key, json_string_value(value));
	if (strlen(text_cstr(&bytes)) != bytes.length)
		return error_set(err, -EINVAL, "NUL byte in '%s'", field->key);
	if (field->flags & FIELD_PATH && text_cstr(&bytes)[0] != '/')
		return error_set(err, -EINVAL, "'%s' is not an absolute path: '%s'", field->key,
				 json_string_value(value));
	if (field->flags & FIELD_WORD && !is_word(text_cstr(&bytes)))
		return unknown_word(field->key, json_string_value(value), err);
	*ret = text_steal(&bytes);
	return 0;
}

/* Canonical decimal digits only, so that each number has one spelling. */
static int read_decimal(const char *key, const json_t *value, uint64_t *ret, struct error *err)
{
	const char *s = json_string_value(value);
	char *end;

	if (!s)
		return wrong_type(key, "a number in a string", err);
	errno = 0;
	*ret = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || (*s == '0' && s[1]))
		return error_set(err, -EINVAL, "'%s' is not a number of 64 bits: '%s'", key, s);
	return 0;
}

static json_t *json_decimal(uint64_t value)
{
	char digits[DIGITS + 1];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	return memory_checked(json_string(digits));
}

static void identify_end(struct text *key)
{
	text_putc(key, '\0');
}

/* --- string ------------------------------------------------------------- */

static void string_write(const struct field *field, const void *entry, json_t *object)
{
	char *const *s = at(field, entry);

	if (*s)
		set_key(object, field->key, json_bytes(*s));
}

static int string_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		       struct error *err)
{
	auto_json json_t *value = take(object, field->key);

	(void)trace;
	if (!value)
		return field->flags & FIELD_OPTIONAL ? 0 : missing(field, err);
	return read_bytes(field, value, at(field, entry), err);
}

/* A mark before what is set: an empty string is not the same as none. */
static void string_identify(const struct field *field, const void *entry, struct text *key)
{
	char *const *s = at(field, entry);

	if (*s && field->flags & FIELD_OPTIONAL)
		text_putc(key, '=');
	if (*s)
		text_puts(key, *s);
	identify_end(key);
}

static void string_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	char **a = at(field, into), *const *b = at(field, from);

	(void)trace;
	if (!*b || (*a && strcmp(*a, *b) >= 0))
		return;
	free(*a);
	*a = xstrdup(*b);
}

static void string_done(const struct field *field, void *entry)
{
	free(*(char **)at(field, entry));
}

const struct field_type field_string = {
	.write = string_write,
	.read = string_read,
	.identify = string_identify,
	.merge = string_merge,
	.done = string_done,
};

/* --- bool, and bool in two words ---------------------------------------- */

static void truth_write(const struct field *field, const void *entry, json_t *object)
{
	set_key(object, field->key, json_boolean(*(const bool *)at(field, entry)));
}

static int truth_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		     struct error *err)
{
	auto_json json_t *value = take(object, field->key);

	(void)trace;
	if (!value)
		return missing(field, err);
	if (!json_is_boolean(value))
		return wrong_type(field->key, "true or false", err);
	*(bool *)at(field, entry) = json_is_true(value);
	return 0;
}

static void truth_identify(const struct field *field, const void *entry, struct text *key)
{
	text_putc(key, *(const bool *)at(field, entry) ? '1' : '0');
	identify_end(key);
}

static void truth_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(bool *)at(field, into) |= *(const bool *)at(field, from);
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
	auto_json json_t *value = take(object, field->key);

	if (!value)
		return missing(field, err);
	if (!json_is_string(value))
		return wrong_type(field->key, "a string", err);
	*ret = field->words->by_name(json_string_value(value));
	return *ret < 0 ? unknown_word(field->key, json_string_value(value), err) : 0;
}

static void truth_word_write(const struct field *field, const void *entry, json_t *object)
{
	set_key(object, field->key, json_string(field->words->name(*(const bool *)at(field, entry))));
}

static int truth_word_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			  struct error *err)
{
	int value, code = take_word(field, object, &value, err);

	(void)trace;
	if (code == 0)
		*(bool *)at(field, entry) = value != 0;
	return code;
}

const struct field_type field_truth_word = {
	.write = truth_word_write,
	.read = truth_word_read,
	.identify = truth_identify,
	.merge = truth_merge,
};

/* --- a word of a vocabulary, a set of such words -------------------------- */

static void word_write(const struct field *field, const void *entry, json_t *object)
{
	set_key(object, field->key, json_string(field->words->name(*(const uint32_t *)at(field, entry))));
}

static int word_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		     struct error *err)
{
	int value, code = take_word(field, object, &value, err);

	(void)trace;
	if (code == 0)
		*(uint32_t *)at(field, entry) = (uint32_t)value;
	return code;
}

static void word_identify(const struct field *field, const void *entry, struct text *key)
{
	text_puts(key, field->words->name(*(const uint32_t *)at(field, entry)));
	identify_end(key);
}

/* Only ever part of an identity: both are the same, or `into` is new. */
static void word_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(uint32_t *)at(field, into) = *(const uint32_t *)at(field, from);
}

const struct field_type field_word = {
	.write = word_write,
	.read = word_read,
	.identify = word_identify,
	.merge = word_merge,
};

static json_t *json_sorted(const struct string_set *set)
{
	json_t *array = memory_checked(json_array());

	for (size_t i = 0; i < set->count; i++)
		if (json_array_append_new(array, json_bytes(set->items[i])) < 0)
			memory_checked(NULL);
	return array;
}

static void words_write(const struct field *field, const void *entry, json_t *object)
{
	CLEANUP(string_set_done) struct string_set set = STRING_SET_EMPTY;
	uint32_t bits = *(const uint32_t *)at(field, entry);

	for (uint32_t bit = 1; bit < field->words->end; bit <<= 1)
		if (bits & bit)
			string_set_add(&set, field->words->name(bit));
	set_key(object, field->key, json_sorted(&set));
}

static int words_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		      struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	uint32_t *bits = at(field, entry);
	const json_t *item;
	size_t i;

	(void)trace;
	if (!json_is_array(value))
		return value ? wrong_type(field->key, "an array", err) : missing(field, err);
	json_array_foreach(value, i, item) {
		int bit = json_is_string(item) ? field->words->by_name(json_string_value(item)) : -1;

		if (!json_is_string(item))
			return wrong_type(field->key, "an array of strings", err);
		if (bit < 0)
			return unknown_word(field->key, json_string_value(item), err);
		if (*bits & (uint32_t)bit)
			return error_set(err, -EINVAL, "'%s' holds '%s' twice", field->key, json_string_value(item));
		*bits |= (uint32_t)bit;
	}
	return 0;
}

static void words_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(uint32_t *)at(field, into) |= *(const uint32_t *)at(field, from);
}

const struct field_type field_words = {
	.write = words_write,
	.read = words_read,
	.merge = words_merge,
};

/* The writer has split the entry: at most one kind is left. */
static void kinds_write(const struct field *field, const void *entry, json_t *object)
{
	uint32_t kinds = *(const uint32_t *)at(field, entry);

	set_key(object, field->key, json_string(field->words->name(kinds ? (uint32_t)__builtin_ctz(kinds) : 0)));
}

static int kinds_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		      struct error *err)
{
	int kind, code = take_word(field, object, &kind, err);

	(void)trace;
	if (code == 0 && kind != FILE_KIND_UNKNOWN)
		*(uint32_t *)at(field, entry) = KIND_BIT(kind);
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
	*(int *)at(field, entry) = -1;
}

static void number_write(const struct field *field, const void *entry, json_t *object)
{
	int value = *(const int *)at(field, entry);
	char name[NAME_LENGTH];

	if (value >= 0)
		set_key(object, field->key, json_string(name_of(field->names, value, name)));
}

static int number_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		       struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	int *number = at(field, entry);

	(void)trace;
	if (!value)
		return 0;
	if (!json_is_string(value))
		return wrong_type(field->key, "a string", err);
	if (!value_of(field->names, json_string_value(value), number) || *number < 0)
		return unknown_word(field->key, json_string_value(value), err);
	return 0;
}

static void number_identify(const struct field *field, const void *entry, struct text *key)
{
	int value = *(const int *)at(field, entry);
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

static void integer_write(const struct field *field, const void *entry, json_t *object)
{
	int value = *(const int *)at(field, entry);

	if (value >= 0)
		set_key(object, field->key, json_integer(value));
}

static int integer_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	int *number = at(field, entry);

	(void)trace;
	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > INT32_MAX)
		return wrong_type(field->key, "a number from 0 on", err);
	*number = (int)json_integer_value(value);
	return 0;
}

static void integer_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	int *a = at(field, into), b = *(const int *)at(field, from);

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

static void unsigned_write(const struct field *field, const void *entry, json_t *object)
{
	set_key(object, field->key, json_decimal(*(const uint64_t *)at(field, entry)));
}

static int unsigned_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			 struct error *err)
{
	auto_json json_t *value = take(object, field->key);

	(void)trace;
	return value ? read_decimal(field->key, value, at(field, entry), err) : missing(field, err);
}

/* Padded, so that byte order is numeric. */
static void unsigned_identify(const struct field *field, const void *entry, struct text *key)
{
	text_printf(key, "%0*" PRIu64, DIGITS, *(const uint64_t *)at(field, entry));
	identify_end(key);
}

static void unsigned_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	uint64_t *a = at(field, into), b = *(const uint64_t *)at(field, from);

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

static void abi_write(const struct field *field, const void *entry, json_t *object)
{
	set_key(object, field->key, json_string((*(const struct arch *const *)at(field, entry))->name));
}

static int abi_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		    struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	const struct arch **abi = at(field, entry);

	(void)trace;
	if (!json_is_string(value))
		return value ? wrong_type(field->key, "a string", err) : missing(field, err);
	*abi = arch_by_name(json_string_value(value));
	return *abi ? 0 : unknown_word(field->key, json_string_value(value), err);
}

static void abi_identify(const struct field *field, const void *entry, struct text *key)
{
	text_puts(key, (*(const struct arch *const *)at(field, entry))->name);
	identify_end(key);
}

static void abi_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	*(const struct arch **)at(field, into) = *(const struct arch *const *)at(field, from);
}

const struct field_type field_abi = {
	.write = abi_write,
	.read = abi_read,
	.identify = abi_identify,
	.merge = abi_merge,
};

/* --- sets of strings ------------------------------------------------------ */

static void write_more(const char *key, bool more, json_t *object)
{
	auto_free char *name = xasprintf("%s_more", key);

	if (more)
		set_key(object, name, json_true());
}

static int read_more(const char *key, json_t *object, bool *ret, struct error *err)
{
	auto_free char *name = xasprintf("%s_more", key);
	auto_json json_t *value = take(object, name);

	*ret = json_is_true(value);
	return value && !json_is_boolean(value) ? wrong_type(name, "true or false", err) : 0;
}

/* A key that is missing is an empty set. */
static int read_set(const struct field *field, json_t *object, struct string_set *ret, struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	bool more = false;
	const json_t *item;
	size_t i;
	int code;

	if (value && !json_is_array(value))
		return wrong_type(field->key, "an array", err);
	json_array_foreach(value, i, item) {
		auto_free char *bytes = NULL;

		code = read_bytes(field, item, &bytes, err);
		if (code < 0)
			return code;
		if (string_set_has(ret, bytes))
			return error_set(err, -EINVAL, "'%s' holds '%s' twice", field->key, json_string_value(item));
		string_set_add(ret, bytes);
	}
	code = field->limit ? read_more(field->key, object, &more, err) : 0;
	ret->more |= more;
	return code;
}

static void set_init(struct trace *trace, const struct field *field, void *entry)
{
	struct string_set *set = at(field, entry);

	(void)trace;
	set->limit = field->limit;
}

static void set_write(const struct field *field, const void *entry, json_t *object)
{
	const struct string_set *set = at(field, entry);

	if (set->count || !(field->flags & FIELD_OPTIONAL))
		set_key(object, field->key, json_sorted(set));
	write_more(field->key, set->more, object);
}

static int set_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		    struct error *err)
{
	(void)trace;
	return read_set(field, object, at(field, entry), err);
}

static void set_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	string_set_union(at(field, into), at(field, from));
}

static void set_done(const struct field *field, void *entry)
{
	string_set_done(at(field, entry));
}

const struct field_type field_set = {
	.init = set_init,
	.write = set_write,
	.read = set_read,
	.merge = set_merge,
	.done = set_done,
};

static void shared_set_init(struct trace *trace, const struct field *field, void *entry)
{
	*(const struct string_set **)at(field, entry) =
		trace_share_set(trace, &(struct string_set){ .limit = field->limit });
}

static void shared_set_write(const struct field *field, const void *entry, json_t *object)
{
	const struct string_set *set = *(const struct string_set *const *)at(field, entry);

	set_key(object, field->key, json_sorted(set));
	write_more(field->key, set->more, object);
}

static int shared_set_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			   struct error *err)
{
	CLEANUP(string_set_done) struct string_set set = { .limit = field->limit };
	int code = read_set(field, object, &set, err);

	if (code == 0)
		*(const struct string_set **)at(field, entry) = trace_share_set(trace, &set);
	return code;
}

/* Would the union with `from` leave `set` as it is? */
static bool covers(const struct string_set *set, const struct string_set *from)
{
	if (from->more && !set->more)
		return false;
	bool full = set->more && set->count && set->count == set->limit;

	for (size_t i = 0; i < from->count; i++) {
		bool beyond = full && strcmp(from->items[i], set->items[set->count - 1]) > 0;

		if (!beyond && !string_set_has(set, from->items[i]))
			return false;
	}
	return true;
}

static void shared_set_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	const struct string_set **set = at(field, into), *other = *(const struct string_set *const *)at(field, from);
	CLEANUP(string_set_done) struct string_set both = { .limit = field->limit };

	if (!other || covers(*set, other))
		return;
	string_set_union(&both, *set);
	string_set_union(&both, other);
	*set = trace_share_set(trace, &both);
}

const struct field_type field_shared_set = {
	.init = shared_set_init,
	.write = shared_set_write,
	.read = shared_set_read,
	.merge = shared_set_merge,
};

/* --- arguments of calls ---------------------------------------------------- */

/* Follows the pointer in the struct. */
static size_t *argument_count(const struct field *field, const void *entry)
{
	return (size_t *)((char *)at(field, entry) + sizeof(struct trace_argument *));
}

static_assert(offsetof(struct trace_syscall, arg_count) ==
	      offsetof(struct trace_syscall, args) + sizeof(struct trace_argument *), "argument_count()");

/* Padded digits of memory as the plain ones of the file. */
static json_t *json_values(const struct string_set *values)
{
	json_t *array = memory_checked(json_array());

	for (size_t i = 0; i < values->count; i++) {
		const char *digits = values->items[i] + strspn(values->items[i], "0");

		if (json_array_append_new(array, memory_checked(json_string(*digits ? digits : "0"))) < 0)
			memory_checked(NULL);
	}
	return array;
}

static void arguments_write(const struct field *field, const void *entry, json_t *object)
{
	const struct trace_argument *args = *(struct trace_argument *const *)at(field, entry);
	auto_json json_t *all = memory_checked(json_object()), *more = memory_checked(json_object());
	auto_free char *more_key = xasprintf("%s_more", field->key);

	for (size_t i = 0; i < *argument_count(field, entry); i++) {
		set_key(all, args[i].name, json_values(&args[i].values));
		if (args[i].values.more)
			set_key(more, args[i].name, json_true());
	}
	if (json_object_size(all))
		set_key(object, field->key, json_incref(all));
	if (json_object_size(more))
		set_key(object, more_key, json_incref(more));
}

/* The argument of that name; made in its place when it is new. */
static struct trace_argument *argument_slot(const struct field *field, void *entry, const char *name)
{
	struct trace_argument **args = at(field, entry);
	size_t *count = argument_count(field, entry), i = 0;

	while (i < *count && strcmp((*args)[i].name, name) < 0)
		i++;
	if (i < *count && strcmp((*args)[i].name, name) == 0)
		return &(*args)[i];
	*args = xrealloc(*args, *count + 1, sizeof(**args));
	memmove(*args + i + 1, *args + i, (*count - i) * sizeof(**args));
	(*args)[i] = (struct trace_argument){ .name = xstrdup(name), .values.limit = TRACE_VALUES_MAX };
	++*count;
	return &(*args)[i];
}

static int read_values(const char *name, const json_t *values, struct string_set *ret, struct error *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(values))
		return wrong_type(name, "an array", err);
	json_array_foreach(values, i, item) {
		char padded[DIGITS + 1];
		uint64_t value;
		int code = read_decimal(name, item, &value, err);

		if (code < 0)
			return code;
		snprintf(padded, sizeof(padded), "%0*" PRIu64, DIGITS, value);
		if (string_set_has(ret, padded))
			return error_set(err, -EINVAL, "'%s' holds '%s' twice", name, json_string_value(item));
		string_set_add(ret, padded);
	}
	return 0;
}

static int read_arguments_more(const struct field *field, void *entry, json_t *object, struct error *err)
{
	auto_free char *more_key = xasprintf("%s_more", field->key);
	auto_json json_t *more = take(object, more_key);
	const char *name;
	json_t *value;

	if (more && !json_is_object(more))
		return wrong_type(more_key, "an object", err);
	json_object_foreach(more, name, value) {
		if (!json_is_boolean(value))
			return wrong_type(more_key, "true or false for each argument", err);
		if (!is_word(name))
			return unknown_word(more_key, name, err);
		if (json_is_true(value))
			argument_slot(field, entry, name)->values.more = true;
	}
	return 0;
}

static int arguments_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			  struct error *err)
{
	auto_json json_t *all = take(object, field->key);
	const char *name;
	json_t *values;
	int code;

	(void)trace;
	if (all && !json_is_object(all))
		return wrong_type(field->key, "an object", err);
	json_object_foreach(all, name, values) {
		if (!is_word(name))
			return unknown_word(field->key, name, err);
		code = read_values(name, values, &argument_slot(field, entry, name)->values, err);
		if (code < 0)
			return code;
	}
	return read_arguments_more(field, entry, object, err);
}

static void arguments_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	const struct trace_argument *args = *(struct trace_argument *const *)at(field, from);

	(void)trace;
	for (size_t i = 0; i < *argument_count(field, from); i++)
		string_set_union(&argument_slot(field, into, args[i].name)->values, &args[i].values);
}

static void arguments_done(const struct field *field, void *entry)
{
	struct trace_argument *args = *(struct trace_argument **)at(field, entry);

	for (size_t i = 0; i < *argument_count(field, entry); i++) {
		free(args[i].name);
		string_set_done(&args[i].values);
	}
	free(args);
}

const struct field_type field_arguments = {
	.write = arguments_write,
	.read = arguments_read,
	.merge = arguments_merge,
	.done = arguments_done,
};

/* --- a command line --------------------------------------------------------- */

static void command_write(const struct field *field, const void *entry, json_t *object)
{
	const struct text *command = at(field, entry);
	json_t *array = memory_checked(json_array());

	for (size_t i = 0; i < command->length; i += strlen(command->data + i) + 1)
		if (json_array_append_new(array, json_bytes(command->data + i)) < 0)
			memory_checked(NULL);
	set_key(object, field->key, array);
}

static int command_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	struct text *command = at(field, entry);
	const json_t *item;
	size_t i;

	(void)trace;
	if (value && !json_is_array(value))
		return wrong_type(field->key, "an array", err);
	json_array_foreach(value, i, item) {
		auto_free char *argument = NULL;
		int code = read_bytes(field, item, &argument, err);

		if (code < 0)
			return code;
		text_add(command, argument, strlen(argument) + 1);
	}
	return 0;
}

static int compare_texts(const struct text *a, const struct text *b)
{
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = shorter ? memcmp(a->data, b->data, shorter) : 0;

	return order ? order : (a->length > b->length) - (a->length < b->length);
}

static void command_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	struct text *a = at(field, into);
	const struct text *b = at(field, from);

	(void)trace;
	if (compare_texts(a, b) >= 0)
		return;
	text_clear(a);
	text_add(a, b->data, b->length);
}

static void command_done(const struct field *field, void *entry)
{
	text_done(at(field, entry));
}

const struct field_type field_command = {
	.write = command_write,
	.read = command_read,
	.merge = command_merge,
	.done = command_done,
};

/* --- counters ---------------------------------------------------------------- */

void counters_raise(struct map *counters, const char *name, uint64_t value)
{
	uint64_t **counter = (uint64_t **)map_slot(counters, name, strlen(name));

	if (!*counter)
		*counter = xcalloc(1, sizeof(**counter));
	if (**counter < value)
		**counter = value;
}

void counters_merge(struct map *into, struct map *from)
{
	for (size_t i = 0; i < map_count(from); i++)
		counters_raise(into, map_key_at(from, i, NULL), *(const uint64_t *)map_value_at(from, i));
}

json_t *counters_write(struct map *counters)
{
	json_t *object = memory_checked(json_object());

	for (size_t i = 0; i < map_count(counters); i++)
		set_key(object, map_key_at(counters, i, NULL),
			json_decimal(*(const uint64_t *)map_value_at(counters, i)));
	return object;
}

int counters_read(struct map *ret, json_t *object, struct error *err)
{
	const char *name;
	json_t *item;

	json_object_foreach(object, name, item) {
		uint64_t value;
		int code = read_decimal(name, item, &value, err);

		if (code == 0 && !is_word(name))
			code = error_set(err, -EINVAL, "unknown word: '%s'", name);
		if (code < 0)
			return code;
		counters_raise(ret, name, value);
	}
	return 0;
}

static void counters_field_init(struct trace *trace, const struct field *field, void *entry)
{
	(void)trace;
	*(struct map **)at(field, entry) = map_new(free);
}

static void counters_field_write(const struct field *field, const void *entry, json_t *object)
{
	struct map *const *counters = at(field, entry);

	set_key(object, field->key, counters_write(*counters));
}

static int counters_field_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			       struct error *err)
{
	auto_json json_t *value = take(object, field->key);
	struct map **counters = at(field, entry);

	(void)trace;
	if (value && !json_is_object(value))
		return wrong_type(field->key, "an object", err);
	return value ? counters_read(*counters, value, err) : 0;
}

static void counters_field_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	struct map **a = at(field, into), *const *b = at(field, from);

	(void)trace;
	if (*b)
		counters_merge(*a, *b);
}

static void counters_field_done(const struct field *field, void *entry)
{
	map_free(*(struct map **)at(field, entry));
}

const struct field_type field_counters = {
	.init = counters_field_init,
	.write = counters_field_write,
	.read = counters_field_read,
	.merge = counters_field_merge,
	.done = counters_field_done,
};
