/* SPDX-License-Identifier: Apache-2.0 */
/* The types of fields that hold many: sets, arguments, a command line, counters. See field.c for the single ones. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "trace/section.h"

/* --- sets of strings ------------------------------------------------------ */

#define MORE_KEY_MAX 32	/* bytes of "KEY_more" with its NUL; the longest is connected_more */

static const char *more_key(const char *key, char ret[static MORE_KEY_MAX])
{
	snprintf(ret, MORE_KEY_MAX, "%s_more", key);
	return ret;
}

static void write_truth(const char *key, bool truth, struct text *object)
{
	if (!truth)
		return;
	json_put_key(object, key);
	text_puts(object, "true");
}

static void write_more(const char *key, bool more, struct text *object)
{
	char name[MORE_KEY_MAX];

	if (more)
		write_truth(more_key(key, name), more, object);
}

static int read_more(const char *key, json_t *object, bool *ret, struct error *err)
{
	char name[MORE_KEY_MAX];
	auto_json json_t *value = json_take(object, more_key(key, name));

	*ret = json_is_true(value);
	return value && !json_is_boolean(value) ? json_wrong_type(name, "true or false", err) : 0;
}

/* A key that is missing is an empty set. */
static int read_set(const struct field *field, json_t *object, struct string_set *ret, struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	bool more = false;
	const json_t *item;
	size_t i;
	int code;

	if (value && !json_is_array(value))
		return json_wrong_type(field->key, "an array", err);
	json_array_foreach(value, i, item) {
		auto_free char *bytes = NULL;

		code = json_to_bytes(field->key, item, field->flags, &bytes, err);
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
	struct string_set *set = field_at(field, entry);

	(void)trace;
	set->limit = field->limit;
}

static void set_write(const struct field *field, const void *entry, struct text *object)
{
	const struct string_set *set = field_at(field, entry);

	if (set->count || !(field->flags & FIELD_OPTIONAL)) {
		json_put_key(object, field->key);
		json_put_set(object, set);
	}
	write_more(field->key, set->more, object);
}

static int set_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
		    struct error *err)
{
	(void)trace;
	return read_set(field, object, field_at(field, entry), err);
}

static void set_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	(void)trace;
	string_set_union(field_at(field, into), field_at(field, from));
}

static void set_done(const struct field *field, void *entry)
{
	string_set_done(field_at(field, entry));
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
	*(const struct string_set **)field_at(field, entry) =
		trace_share_set(trace, &(struct string_set){ .limit = field->limit });
}

static void shared_set_write(const struct field *field, const void *entry, struct text *object)
{
	const struct string_set *set = *(const struct string_set *const *)field_at(field, entry);

	json_put_key(object, field->key);
	json_put_set(object, set);
	write_more(field->key, set->more, object);
}

static int shared_set_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			   struct error *err)
{
	CLEANUP(string_set_done) struct string_set set = { .limit = field->limit };
	int code = read_set(field, object, &set, err);

	if (code == 0)
		*(const struct string_set **)field_at(field, entry) = trace_share_set(trace, &set);
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
	const struct string_set **set = field_at(field, into), *other = *(const struct string_set *const *)field_at(field, from);
	CLEANUP(string_set_done) struct string_set both = { .limit = field->limit };

	if (!other || covers(*set, other))
		return;
	if (!(*set)->count && !(*set)->more && (!field->limit || other->count <= field->limit)) {	/* of a new entry */
		*set = trace_share_set(trace, &(struct string_set){
			.items = other->items, .count = other->count, .more = other->more, .limit = field->limit });
		return;
	}
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
	return (size_t *)((char *)field_at(field, entry) + sizeof(struct trace_argument *));
}

static_assert(offsetof(struct trace_syscall, arg_count) ==
	      offsetof(struct trace_syscall, args) + sizeof(struct trace_argument *), "argument_count()");

/* Padded digits of memory as the plain ones of the file. */
static void put_values(struct text *out, const struct string_set *values)
{
	text_putc(out, '[');
	for (size_t i = 0; i < values->count; i++) {
		const char *digits = values->items[i] + strspn(values->items[i], "0");

		json_put_next(out);
		json_put_word(out, *digits ? digits : "0");
	}
	text_putc(out, ']');
}

static void arguments_write(const struct field *field, const void *entry, struct text *object)
{
	const struct trace_argument *args = *(struct trace_argument *const *)field_at(field, entry);
	CLEANUP(text_done) struct text more = TEXT_EMPTY;
	size_t count = *argument_count(field, entry);
	char name[MORE_KEY_MAX];

	if (!count)
		return;
	json_put_key(object, field->key);
	text_putc(object, '{');
	for (size_t i = 0; i < count; i++) {
		json_put_key(object, args[i].name);
		put_values(object, &args[i].values);
		write_truth(args[i].name, args[i].values.more, &more);
	}
	text_putc(object, '}');
	if (!more.length)
		return;
	json_put_key(object, more_key(field->key, name));
	text_printf(object, "{%s}", more.data);
}

/* The argument of that name; made in its place when it is new. */
static struct trace_argument *argument_slot(const struct field *field, void *entry, const char *name)
{
	struct trace_argument **args = field_at(field, entry);
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
		return json_wrong_type(name, "an array", err);
	json_array_foreach(values, i, item) {
		char padded[DECIMAL_DIGITS + 1];
		uint64_t value;
		int code = json_to_decimal(name, item, &value, err);

		if (code < 0)
			return code;
		snprintf(padded, sizeof(padded), "%0*" PRIu64, DECIMAL_DIGITS, value);
		if (string_set_has(ret, padded))
			return error_set(err, -EINVAL, "'%s' holds '%s' twice", name, json_string_value(item));
		string_set_add(ret, padded);
	}
	return 0;
}

static int read_arguments_more(const struct field *field, void *entry, json_t *object, struct error *err)
{
	char key[MORE_KEY_MAX];
	auto_json json_t *more = json_take(object, more_key(field->key, key));
	const char *name;
	json_t *value;

	if (more && !json_is_object(more))
		return json_wrong_type(key, "an object", err);
	json_object_foreach(more, name, value) {
		if (!json_is_boolean(value))
			return json_wrong_type(key, "true or false for each argument", err);
		if (!json_is_word(name))
			return json_unknown_word(key, name, err);
		if (json_is_true(value))
			argument_slot(field, entry, name)->values.more = true;
	}
	return 0;
}

static int arguments_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			  struct error *err)
{
	auto_json json_t *all = json_take(object, field->key);
	const char *name;
	json_t *values;
	int code;

	(void)trace;
	if (all && !json_is_object(all))
		return json_wrong_type(field->key, "an object", err);
	json_object_foreach(all, name, values) {
		if (!json_is_word(name))
			return json_unknown_word(field->key, name, err);
		code = read_values(name, values, &argument_slot(field, entry, name)->values, err);
		if (code < 0)
			return code;
	}
	return read_arguments_more(field, entry, object, err);
}

static void arguments_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	const struct trace_argument *args = *(struct trace_argument *const *)field_at(field, from);

	(void)trace;
	for (size_t i = 0; i < *argument_count(field, from); i++)
		string_set_union(&argument_slot(field, into, args[i].name)->values, &args[i].values);
}

static void arguments_done(const struct field *field, void *entry)
{
	struct trace_argument *args = *(struct trace_argument **)field_at(field, entry);

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

static void command_write(const struct field *field, const void *entry, struct text *object)
{
	const struct text *command = field_at(field, entry);

	json_put_key(object, field->key);
	text_putc(object, '[');
	for (size_t i = 0; i < command->length; i += strlen(command->data + i) + 1) {
		json_put_next(object);
		json_put_bytes(object, command->data + i);
	}
	text_putc(object, ']');
}

static int command_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	struct text *command = field_at(field, entry);
	const json_t *item;
	size_t i;

	(void)trace;
	if (value && !json_is_array(value))
		return json_wrong_type(field->key, "an array", err);
	json_array_foreach(value, i, item) {
		auto_free char *argument = NULL;
		int code = json_to_bytes(field->key, item, field->flags, &argument, err);

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
	struct text *a = field_at(field, into);
	const struct text *b = field_at(field, from);

	(void)trace;
	if (compare_texts(a, b) >= 0)
		return;
	text_clear(a);
	text_add(a, b->data, b->length);
}

static void command_done(const struct field *field, void *entry)
{
	text_done(field_at(field, entry));
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

void counters_write(struct map *counters, struct text *out)
{
	text_putc(out, '{');
	for (size_t i = 0; i < map_count(counters); i++) {
		json_put_next(out);
		json_put_bytes(out, map_key_at(counters, i, NULL));
		text_putc(out, ':');
		json_put_decimal(out, *(const uint64_t *)map_value_at(counters, i));
	}
	text_putc(out, '}');
}

int counters_read(struct map *ret, json_t *object, struct error *err)
{
	const char *name;
	json_t *item;

	json_object_foreach(object, name, item) {
		uint64_t value;
		int code = json_to_decimal(name, item, &value, err);

		if (code == 0 && !json_is_word(name))
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
	*(struct map **)field_at(field, entry) = map_new(free);
}

static void counters_field_write(const struct field *field, const void *entry, struct text *object)
{
	struct map *const *counters = field_at(field, entry);

	json_put_key(object, field->key);
	counters_write(*counters, object);
}

static int counters_field_read(struct trace *trace, const struct field *field, void *entry, json_t *object,
			       struct error *err)
{
	auto_json json_t *value = json_take(object, field->key);
	struct map **counters = field_at(field, entry);

	(void)trace;
	if (value && !json_is_object(value))
		return json_wrong_type(field->key, "an object", err);
	return value ? counters_read(*counters, value, err) : 0;
}

static void counters_field_merge(struct trace *trace, const struct field *field, void *into, const void *from)
{
	struct map **a = field_at(field, into), *const *b = field_at(field, from);

	(void)trace;
	if (*b)
		counters_merge(*a, *b);
}

static void counters_field_done(const struct field *field, void *entry)
{
	map_free(*(struct map **)field_at(field, entry));
}

const struct field_type field_counters = {
	.init = counters_field_init,
	.write = counters_field_write,
	.read = counters_field_read,
	.merge = counters_field_merge,
	.done = counters_field_done,
};
