/* SPDX-License-Identifier: Apache-2.0 */
/* snug in Docker's daemon.json. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/engine_config.h"
#include "snug/json_edit.h"
#include "snug/memory.h"

#define STOCK_RUNTIME "runc"	/* dockerd's own default */
#define NEW_FILE "{\n\t\"runtimes\": {}\n}\n"

static const char *const default_path[] = { "default-runtime", NULL };
static const char *const runtimes_path[] = { "runtimes", NULL };
static const char *const snug_paths[][3] = {
	{ "runtimes", ENGINE_RUNTIME, NULL },
	{ "runtimes", ENGINE_DEFAULT_RUNTIME, NULL },
};

static bool is_empty(const struct text *json)
{
	return text_cstr(json)[strspn(text_cstr(json), " \t\r\n")] == '\0';
}

/* Only to look into it; NULL when it is not JSON. */
static json_t *parse(const struct text *json)
{
	return json_loadb(text_cstr(json), json->length, JSON_DECODE_INT_AS_REAL, NULL);
}

char *docker_config_string(const struct text *json, const char *name)
{
	json_auto_t *root = parse(json);
	const char *value = json_string_value(json_object_get(root, name));

	return value ? xstrdup(value) : NULL;
}

static bool is_ours(const char *name)
{
	return name && (strcmp(name, ENGINE_RUNTIME) == 0 || strcmp(name, ENGINE_DEFAULT_RUNTIME) == 0);
}

enum engine_use docker_config_use(const struct text *json)
{
	auto_free char *name = docker_config_string(json, default_path[0]);
	struct json_span span;

	if (name && strcmp(name, ENGINE_DEFAULT_RUNTIME) == 0)
		return ENGINE_USE_DEFAULT;
	return json_edit_find(text_cstr(json), json->length, snug_paths[0], &span, NULL) == 1 ? ENGINE_USE_BY_NAME
											      : ENGINE_USE_NONE;
}

static void add_word(struct text *out, const char *word)
{
	text_puts(out, out->data[out->length - 1] == '[' ? "" : ", ");
	json_edit_quote(out, word);
}

/* The runtime's entry: snug, its options, and the arguments that the runtime behind it is to have before the engine's. */
static void print_entry(struct text *out, const struct engine_registration *r, const char *runtime, const json_t *more,
			bool if_listening)
{
	json_t *word;
	size_t i;

	text_puts(out, "{\"path\": ");
	json_edit_quote(out, r->snug);
	text_puts(out, ", \"runtimeArgs\": [");
	add_word(out, "runtime");
	add_word(out, "--runtime");
	add_word(out, runtime);
	add_word(out, "--socket");
	add_word(out, r->socket);
	if (if_listening)
		add_word(out, "--if-listening");
	add_word(out, "--");
	json_array_foreach(more, i, word) {
		add_word(out, json_string_value(word) ? json_string_value(word) : "");
	}
	text_puts(out, "]}");
}

/* What does the work behind the default: the runtime that was the default, or the registration's. */
static int find_former_default(json_t *root, const struct engine_registration *r, const char **ret_runtime,
			       json_t **ret_arguments, struct error *err)
{
	const char *name = json_string_value(json_object_get(root, default_path[0]));
	json_t *entry = json_object_get(json_object_get(root, runtimes_path[0]), name ? name : "");

	*ret_runtime = r->runtime;
	*ret_arguments = NULL;
	if (!name || strcmp(name, STOCK_RUNTIME) == 0 || is_ours(name))
		return 0;
	*ret_runtime = json_string_value(json_object_get(entry, "path"));
	*ret_arguments = json_object_get(entry, "runtimeArgs");
	if (*ret_runtime)
		return 0;
	error_set(err, -ENOTSUP, "the default runtime '%s' is no program that is told by its path", name);
	return error_hint(err, "leave out --default, and ask for the runtime '%s' where a container is to be recorded",
			  ENGINE_RUNTIME);
}

static int add_default(struct text *json, const struct engine_registration *r, struct error *err)
{
	CLEANUP(text_done) struct text entry = TEXT_EMPTY;
	json_auto_t *root = parse(json);
	const char *runtime, *name = json_string_value(json_object_get(root, default_path[0]));
	json_t *more;
	int code = find_former_default(root, r, &runtime, &more, err);

	if (code < 0 || is_ours(name))
		return code;
	print_entry(&entry, r, runtime, more, true);
	code = json_edit_set(json, snug_paths[1], text_cstr(&entry), err);
	return code < 0 ? code : json_edit_set(json, default_path, "\"" ENGINE_DEFAULT_RUNTIME "\"", err);
}

int docker_config_add(struct text *json, const struct engine_registration *r, struct error *err)
{
	CLEANUP(text_done) struct text entry = TEXT_EMPTY;
	int code;

	if (is_empty(json)) {
		text_clear(json);
		text_puts(json, NEW_FILE);
	}
	print_entry(&entry, r, r->runtime, NULL, false);
	code = json_edit_set(json, snug_paths[0], text_cstr(&entry), err);
	return code < 0 || !r->as_default ? code : add_default(json, r, err);
}

int docker_config_release(struct text *json, const struct text *before, struct error *err)
{
	auto_free char *name = docker_config_string(json, default_path[0]);
	auto_free char *former = docker_config_string(before, default_path[0]);
	CLEANUP(text_done) struct text value = TEXT_EMPTY;
	int code;

	if (!is_ours(name))
		return 0;
	json_edit_quote(&value, former && !is_ours(former) ? former : STOCK_RUNTIME);
	code = json_edit_set(json, default_path, text_cstr(&value), err);
	return code < 0 ? code : 1;
}

/* Takes a member out that has nothing but `value` to say, unless it was there before. */
static int remove_leftover(struct text *json, const char *const *path, const char *value, const struct text *before,
			   struct error *err)
{
	struct json_span span;
	int code = json_edit_find(text_cstr(json), json->length, path, &span, err);

	if (code <= 0 || json_edit_find(text_cstr(before), before->length, path, &(struct json_span){ 0 }, NULL) == 1)
		return code < 0 ? code : 0;
	if (span.end - span.start != strlen(value) || memcmp(json->data + span.start, value, strlen(value)) != 0)
		return 0;
	return json_edit_remove(json, path, err);
}

/* An entry by one of our names that somebody had made before comes back. */
static int restore_entry(struct text *json, const char *const *path, const struct text *before, struct error *err)
{
	CLEANUP(text_done) struct text value = TEXT_EMPTY;
	struct json_span span;
	int code;

	if (json_edit_find(text_cstr(before), before->length, path, &span, NULL) != 1)
		return json_edit_remove(json, path, err);
	text_add(&value, before->data + span.start, span.end - span.start);
	code = json_edit_set(json, path, value.data, err);
	return code < 0 ? code : 1;
}

int docker_config_remove(struct text *json, const struct text *before, struct error *err)
{
	int code = 0, changed = 0;

	if (is_empty(json))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(snug_paths) && code >= 0; i++) {
		code = restore_entry(json, snug_paths[i], before, err);
		changed |= code == 1;
	}
	if (code >= 0)
		changed |= (code = remove_leftover(json, default_path, "\"" STOCK_RUNTIME "\"", before, err)) == 1;
	if (code >= 0)
		changed |= (code = remove_leftover(json, runtimes_path, "{}", before, err)) == 1;
	return code < 0 ? code : changed;
}
