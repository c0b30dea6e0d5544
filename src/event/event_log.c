/* SPDX-License-Identifier: Apache-2.0 */
/* Events as lines of JSON, both ways from one table: a row for each field of each kind of event. */
#include "snug/event_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/json.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/words.h"

enum field_type {
	TYPE_STRING,		/* const char *, NULL = unset */
	TYPE_WORD,		/* enum or one bit, in `words` */
	TYPE_WORDS,		/* uint32_t, a set of `words` */
	TYPE_TRUTH,		/* bool */
	TYPE_TRUTH_WORD,	/* bool, in two `words` */
	TYPE_NUMBER,		/* int by name, -1 = unset */
	TYPE_DECIMAL,		/* uint64_t */
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;			/* in struct event */
	bool optional;			/* unset when the key is missing */
	bool word;			/* of TYPE_STRING: letters, digits and the like only */
	const struct words *words;
	enum name_kind names;
};

struct event_row {
	const char *name;
	const struct field *fields;	/* the last has no key */
};

#define ROW(key_, type_, member, ...) { .key = key_, .type = type_, .offset = offsetof(struct event, member), __VA_ARGS__ }
#define STRING(key, member) ROW(key, TYPE_STRING, member)
#define OPTIONAL_STRING(key, member) ROW(key, TYPE_STRING, member, .optional = true)
#define WORD_STRING(key, member, ...) ROW(key, TYPE_STRING, member, .word = true, __VA_ARGS__)
#define WORD(key, member, words_) ROW(key, TYPE_WORD, member, .words = &words_##_words)
#define WORDS(key, member, words_) ROW(key, TYPE_WORDS, member, .words = &words_##_words)
#define NUMBER(key, member, names_) ROW(key, TYPE_NUMBER, member, .names = names_)
#define OPTIONAL_NUMBER(key, member, names_) ROW(key, TYPE_NUMBER, member, .optional = true, .names = names_)
#define LAST { .key = NULL }

static const struct field common_fields[] = {
	OPTIONAL_STRING("by", by),
	ROW("phase", TYPE_WORD, phase, .optional = true, .words = &phase_words),
	LAST
};

static const struct field no_fields[] = { LAST };

static const struct field file_fields[] = {
	STRING("path", file.path),
	ROW("kind", TYPE_WORD, file.kind, .optional = true, .words = &file_kind_words),
	WORDS("access", file.access, access),
	WORD("outcome", file.outcome, outcome),
	LAST
};

static const struct field exec_fields[] = {
	OPTIONAL_STRING("from", exec.from),
	STRING("to", exec.to),
	LAST
};

static const struct field network_fields[] = {
	OPTIONAL_NUMBER("family", network.family, NAME_FAMILY),
	OPTIONAL_NUMBER("type", network.type, NAME_SOCKET_TYPE),
	OPTIONAL_NUMBER("protocol", network.protocol, NAME_PROTOCOL),
	WORD("act", network.act, socket_act),
	OPTIONAL_STRING("address", network.address),
	WORD("outcome", network.outcome, outcome),
	LAST
};

static const struct field unix_fields[] = {
	OPTIONAL_STRING("address", unix_socket.address),
	OPTIONAL_NUMBER("type", unix_socket.type, NAME_SOCKET_TYPE),
	WORD("act", unix_socket.act, socket_act),
	WORD("outcome", unix_socket.outcome, outcome),
	LAST
};

static const struct field signal_fields[] = {
	NUMBER("number", signal.number, NAME_SIGNAL),
	WORD("target", signal.target, signal_target),
	WORD("outcome", signal.outcome, outcome),
	LAST
};

static const struct field mount_fields[] = {
	WORD_STRING("act", mount.act),
	OPTIONAL_STRING("source", mount.source),
	OPTIONAL_STRING("target", mount.target),
	OPTIONAL_STRING("type", mount.type),
	ROW("flags", TYPE_DECIMAL, mount.flags),
	WORD("outcome", mount.outcome, outcome),
	LAST
};

static const struct field ptrace_fields[] = {
	WORD_STRING("act", ptrace.act),
	WORD("target", ptrace.target, signal_target),
	WORD("outcome", ptrace.outcome, outcome),
	LAST
};

static const struct field capability_fields[] = {
	NUMBER("capability", capability.number, NAME_CAPABILITY),
	ROW("granted", TYPE_TRUTH, capability.granted),
	ROW("inferred", TYPE_TRUTH, capability.inferred),
	ROW("userns", TYPE_TRUTH_WORD, capability.own_userns, .words = &userns_words),
	WORD_STRING("syscall", capability.syscall, .optional = true),
	OPTIONAL_STRING("reason", capability.reason),
	WORD("outcome", capability.outcome, outcome),
	OPTIONAL_NUMBER("instead_of", capability.instead_of, NAME_CAPABILITY),
	ROW("check", TYPE_WORDS, capability.marks, .optional = true, .words = &check_mark_words),
	LAST
};

static const struct field limit_fields[] = {
	WORD_STRING("limit", limit.name),
	ROW("value", TYPE_DECIMAL, limit.value),
	LAST
};

static const struct field note_fields[] = {
	WORD_STRING("code", note.code),
	STRING("text", note.text),
	ROW("count", TYPE_DECIMAL, note.count, .optional = true),
	LAST
};

static const struct field lost_fields[] = {
	WORD_STRING("source", lost.source),
	ROW("count", TYPE_DECIMAL, lost.count),
	LAST
};

/* A call's number and arguments do not fit into rows: write_call(), read_call(). */
static const struct event_row rows[EVENT_KIND_MAX_] = {
	[EVENT_SYSCALL] = { "syscall", no_fields },
	[EVENT_FILE] = { "file", file_fields },
	[EVENT_EXEC] = { "exec", exec_fields },
	[EVENT_NETWORK] = { "network", network_fields },
	[EVENT_UNIX] = { "unix", unix_fields },
	[EVENT_SIGNAL] = { "signal", signal_fields },
	[EVENT_MOUNT] = { "mount", mount_fields },
	[EVENT_PTRACE] = { "ptrace", ptrace_fields },
	[EVENT_CAPABILITY] = { "capability", capability_fields },
	[EVENT_LIMIT] = { "limit", limit_fields },
	[EVENT_NOTE] = { "note", note_fields },
	[EVENT_LOST] = { "lost", lost_fields },
};

/* --- writing -------------------------------------------------------------------- */

static json_t *json_from_words(const struct words *words, uint32_t bits)
{
	json_t *array = json_new_array();

	for (uint32_t bit = 1; bit < words->end; bit <<= 1)
		if (bits & bit)
			json_append(array, json_string(words->name(bit)));
	return array;
}

/* NULL where the field is unset. Owned by the caller. */
static json_t *json_from_field(const struct field *field, const struct event *event)
{
	const void *at = (const char *)event + field->offset;
	char name[NAME_LENGTH];

	switch (field->type) {
	case TYPE_STRING:
		return *(const char *const *)at ? json_from_bytes(*(const char *const *)at) : NULL;
	case TYPE_WORD:
		if (field->optional && *(const uint32_t *)at == 0)
			return NULL;
		return json_string(field->words->name(*(const uint32_t *)at));
	case TYPE_WORDS:
		if (field->optional && *(const uint32_t *)at == 0)
			return NULL;
		return json_from_words(field->words, *(const uint32_t *)at);
	case TYPE_TRUTH:
		return json_boolean(*(const bool *)at);
	case TYPE_TRUTH_WORD:
		return json_string(field->words->name(*(const bool *)at));
	case TYPE_NUMBER:
		return *(const int *)at < 0 ? NULL : json_string(name_of(field->names, *(const int *)at, name));
	case TYPE_DECIMAL:
		return field->optional && !*(const uint64_t *)at ? NULL : json_from_decimal(*(const uint64_t *)at);
	}
	return NULL;
}

static void write_fields(const struct field *fields, const struct event *event, json_t *object)
{
	for (const struct field *field = fields; field->key; field++) {
		json_t *value = json_from_field(field, event);

		if (value)
			json_set_key(object, field->key, value);
	}
}

static void write_call(const struct event_syscall *call, json_t *object)
{
	char name[SYSCALL_NAME_MAX], digits[DECIMAL_DIGITS + 2];
	json_t *args;

	json_set_key(object, "abi", json_string(call->abi->name));
	json_set_key(object, "name", json_string(syscall_name(call->abi, call->number, name)));
	if (call->has_result) {
		snprintf(digits, sizeof(digits), "%" PRId64, call->result);
		json_set_key(object, "result", json_string(digits));
	}
	if (call->assumed)
		json_set_key(object, "assumed", json_true());
	if (call->arg_count == 0)
		return;
	args = json_new_object();
	for (size_t i = 0; i < call->arg_count; i++)
		json_set_key(args, call->args[i].name, json_from_decimal(call->args[i].value));
	json_set_key(object, "args", args);
}

static void write_line(json_t *object, FILE *out)
{
	auto_free char *line = memory_checked(json_dumps(object, JSON_COMPACT));	/* in the order of the rows */

	fputs(line, out);
	fputc('\n', out);
	json_decref(object);
}

void event_log_begin(FILE *out)
{
	fputs("{\"format\":\"" EVENT_LOG_FORMAT "\"}\n", out);
}

void event_log_write(const struct event *event, FILE *out)
{
	json_t *object = json_new_object();

	json_set_key(object, "event", json_string(rows[event->kind].name));
	write_fields(common_fields, event, object);
	if (event->kind == EVENT_SYSCALL)
		write_call(&event->syscall, object);
	write_fields(rows[event->kind].fields, event, object);
	write_line(object, out);
}

int event_log_sink(void *context, const struct event *event)
{
	FILE *out = context;

	event_log_write(event, out);
	return ferror(out) ? -EIO : 0;
}

/* --- reading -------------------------------------------------------------------- */

#define STRINGS_MAX 16	/* of one event; more than any row has, and a call's arguments */

/* An event and what its pointers point to. */
struct parsed {
	struct event event;
	char *strings[STRINGS_MAX];	/* owned */
	size_t string_count;
};

static void parsed_done(struct parsed *parsed)
{
	for (size_t i = 0; i < parsed->string_count; i++)
		free(parsed->strings[i]);
}

static int read_string(const struct field *field, struct parsed *parsed, const json_t *value, const char **ret,
		       struct error *err)
{
	char **string = &parsed->strings[parsed->string_count];
	int code = json_to_bytes(field->key, value, field->word ? JSON_STRING_WORD : 0, string, err);

	if (code < 0)
		return code;
	parsed->string_count++;
	*ret = *string;
	return 0;
}

static int read_word(const struct field *field, const json_t *value, int *ret, struct error *err)
{
	if (!json_is_string(value))
		return json_wrong_type(field->key, "a string", err);
	*ret = field->words->by_name(json_string_value(value));
	return *ret < 0 ? json_unknown_word(field->key, json_string_value(value), err) : 0;
}

static int read_words(const struct field *field, const json_t *value, uint32_t *ret, struct error *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(value))
		return json_wrong_type(field->key, "an array", err);
	json_array_foreach(value, i, item) {
		int bit, code = read_word(field, item, &bit, err);

		if (code < 0)
			return code;
		*ret |= (uint32_t)bit;
	}
	return 0;
}

static int read_number(const struct field *field, const json_t *value, int *ret, struct error *err)
{
	const char *name = json_string_value(value);

	if (!name)
		return json_wrong_type(field->key, "a string", err);
	return value_of(field->names, name, ret) && *ret >= 0 ? 0 : json_unknown_word(field->key, name, err);
}

static int read_truth(const struct field *field, const json_t *value, bool *ret, struct error *err)
{
	if (!json_is_boolean(value))
		return json_wrong_type(field->key, "true or false", err);
	*ret = json_is_true(value);
	return 0;
}

static int read_value(const struct field *field, struct parsed *parsed, const json_t *value, struct error *err)
{
	void *at = (char *)&parsed->event + field->offset;
	int word = 0, code;

	switch (field->type) {
	case TYPE_STRING:
		return read_string(field, parsed, value, at, err);
	case TYPE_WORD:
		code = read_word(field, value, &word, err);
		*(uint32_t *)at = (uint32_t)word;
		return code;
	case TYPE_WORDS:
		return read_words(field, value, at, err);
	case TYPE_TRUTH:
		return read_truth(field, value, at, err);
	case TYPE_TRUTH_WORD:
		code = read_word(field, value, &word, err);
		*(bool *)at = word > 0;
		return code;
	case TYPE_NUMBER:
		return read_number(field, value, at, err);
	case TYPE_DECIMAL:
		return json_to_decimal(field->key, value, at, err);
	}
	return -EINVAL;
}

static int read_fields(const struct field *fields, struct parsed *parsed, json_t *object, struct error *err)
{
	for (const struct field *field = fields; field->key; field++) {
		auto_json json_t *value = json_take(object, field->key);
		int code = 0;

		if (field->type == TYPE_NUMBER)
			*(int *)((char *)&parsed->event + field->offset) = -1;
		if (value)
			code = read_value(field, parsed, value, err);
		else if (!field->optional)
			code = json_missing(field->key, err);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_result(struct event_syscall *call, const json_t *value, struct error *err)
{
	const char *digits = json_string_value(value);
	char *end;

	if (!digits)
		return json_wrong_type("result", "a number in a string", err);
	errno = 0;
	call->result = strtoll(digits, &end, 10);
	call->has_result = true;
	if (end == digits || *end || errno)
		return error_set(err, -EINVAL, "'result' is not a number of 64 bits: '%s'", digits);
	return 0;
}

static int read_arguments(struct parsed *parsed, const json_t *values, struct error *err)
{
	struct event_syscall *call = &parsed->event.syscall;
	const char *name;
	json_t *value;

	if (!json_is_object(values) || json_object_size(values) > EVENT_ARGS_MAX)
		return json_wrong_type("args", "an object of at most six", err);
	json_object_foreach((json_t *)values, name, value) {
		struct event_argument *argument = &call->args[call->arg_count++];
		int code = json_to_decimal(name, value, &argument->value, err);

		if (code < 0)
			return code;
		if (!json_is_word(name))
			return json_unknown_word("args", name, err);
		argument->name = parsed->strings[parsed->string_count++] = xstrdup(name);
	}
	return 0;
}

static int read_call(struct parsed *parsed, json_t *object, struct error *err)
{
	auto_json json_t *abi = json_take(object, "abi"), *name = json_take(object, "name");
	auto_json json_t *result = json_take(object, "result"), *args = json_take(object, "args");
	auto_json json_t *assumed = json_take(object, "assumed");
	struct event_syscall *call = &parsed->event.syscall;
	int code = 0, number;

	if (!json_is_string(abi) || !json_is_string(name))
		return error_set(err, -EINVAL, "a call needs 'abi' and 'name', both strings");
	call->abi = arch_by_name(json_string_value(abi));
	if (!call->abi)
		return json_unknown_word("abi", json_string_value(abi), err);
	number = syscall_number(call->abi, json_string_value(name));
	if (number < 0)
		return json_unknown_word("name", json_string_value(name), err);
	call->number = (uint64_t)number;
	if (assumed && !json_is_boolean(assumed))
		return json_wrong_type("assumed", "true or false", err);
	call->assumed = json_is_true(assumed);
	if (result)
		code = read_result(call, result, err);
	return code == 0 && args ? read_arguments(parsed, args, err) : code;
}

static int read_kind(struct event *event, json_t *object, struct error *err)
{
	auto_json json_t *value = json_take(object, "event");
	const char *name = json_string_value(value);

	if (!name)
		return error_set(err, -EINVAL, "no 'event' that is a string");
	for (event->kind = 0; event->kind < EVENT_KIND_MAX_; event->kind++)
		if (strcmp(rows[event->kind].name, name) == 0)
			return 0;
	return json_unknown_word("event", name, err);
}

static int read_event(json_t *object, const struct event_sink *sink, struct error *err)
{
	CLEANUP(parsed_done) struct parsed parsed = { 0 };
	int code = read_kind(&parsed.event, object, err);

	if (code == 0)
		code = read_fields(common_fields, &parsed, object, err);
	if (code == 0 && parsed.event.kind == EVENT_SYSCALL)
		code = read_call(&parsed, object, err);
	if (code == 0)
		code = read_fields(rows[parsed.event.kind].fields, &parsed, object, err);
	if (code == 0)
		code = json_unknown_keys(object, err);
	if (code < 0)
		return code;
	code = sink->on_event(sink->context, &parsed.event);
	return code < 0 ? error_errno(err, code, "the event was not taken") : 0;
}

static int read_format(json_t *object, struct error *err)
{
	const char *format = json_string_value(json_object_get(object, "format"));

	if (format && strcmp(format, EVENT_LOG_FORMAT) == 0)
		return 0;
	error_set(err, -EINVAL, "not an event log that this snug reads");
	return error_hint(err, "its first line must be {\"format\":\"" EVENT_LOG_FORMAT "\"}");
}

static int read_line(const char *line, size_t length, bool first, const struct event_sink *sink,
		     struct error *err)
{
	json_error_t why;
	auto_json json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);

	if (!object)
		return error_set(err, -EINVAL, "not valid JSON: %s", why.text);
	if (!json_is_object(object))
		return error_set(err, -EINVAL, "not an object");
	return first ? read_format(object, err) : read_event(object, sink, err);
}

int event_log_read(const char *data, size_t length, const char *name, const struct event_sink *sink,
		   struct error *err)
{
	const char *end = data + length;
	struct error unheard = ERROR_NONE;
	bool first = true;

	err = err ? err : &unheard;	/* error_wrap() tells by it whether there was an error */
	for (size_t number = 1; data < end; number++) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		size_t line = (size_t)((newline ? newline : end) - data);

		if (line && read_line(data, line, first, sink, err) < 0)
			return error_wrap(err, "cannot read event log '%s', line %zu", name, number);
		first = first && line == 0;
		data += line + (newline != NULL);
	}
	return first ? error_set(err, -EINVAL, "event log '%s' is empty", name) : 0;
}
