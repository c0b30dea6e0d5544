/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a bundle's config.json. Pure but for bundle_read(): bytes in, struct out. */
#include "snug/bundle.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/names.h"

#define CAPABILITY_PREFIX "CAP_"
#define ID_MAX 4294967295.0	/* of users and groups: 32 bits */

static char *copy_string(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) ? xstrdup(json_string_value(value)) : NULL;
}

/* A key that is left out is false (config.md: "defaults to false"), one of another type is not known. */
static enum known_truth read_truth(const json_t *value)
{
	if (value && !json_is_boolean(value))
		return NOT_KNOWN;
	return json_is_true(value) ? KNOWN_TRUE : KNOWN_FALSE;
}

static bool read_id(const json_t *value, unsigned int *ret)
{
	double number = json_number_value(value);

	if (!json_is_number(value) || number < 0 || number > ID_MAX)
		return false;
	*ret = (unsigned int)number;
	return true;
}

static char *read_user(const json_t *user)
{
	unsigned int uid, gid;

	if (!read_id(json_object_get(user, "uid"), &uid) || !read_id(json_object_get(user, "gid"), &gid))
		return NULL;
	return xasprintf("%u:%u", uid, gid);
}

static void read_command(struct text *out, const json_t *args)
{
	const json_t *arg;
	size_t i;

	json_array_foreach(args, i, arg)
		if (json_is_string(arg))
			text_add(out, json_string_value(arg), json_string_length(arg) + 1);
}

static uint64_t read_capability_set(const json_t *names)
{
	uint64_t set = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(names, i, item) {
		const char *name = json_is_string(item) ? json_string_value(item) : "";
		int number;

		if (strncmp(name, CAPABILITY_PREFIX, strlen(CAPABILITY_PREFIX)) == 0 &&
		    value_of(NAME_CAPABILITY, name + strlen(CAPABILITY_PREFIX), &number) && number >= 0 && number < 64)
			set |= 1ull << number;
	}
	return set;
}

/* Sets that are left out are empty: runc 1.1 and crun 1.8 drop every capability then. */
static struct bundle_capabilities read_capabilities(const json_t *sets)
{
	if (sets && !json_is_object(sets) && !json_is_null(sets))
		return (struct bundle_capabilities){ .known = false };
	return (struct bundle_capabilities){
		.known = true,
		.bounding = read_capability_set(json_object_get(sets, "bounding")),
		.effective = read_capability_set(json_object_get(sets, "effective")),
		.inheritable = read_capability_set(json_object_get(sets, "inheritable")),
		.permitted = read_capability_set(json_object_get(sets, "permitted")),
		.ambient = read_capability_set(json_object_get(sets, "ambient")),
	};
}

static void read_process(struct bundle *bundle, const json_t *process)
{
	if (!json_is_object(process))
		return;
	bundle->user = read_user(json_object_get(process, "user"));
	read_command(&bundle->command, json_object_get(process, "args"));
	bundle->capabilities = read_capabilities(json_object_get(process, "capabilities"));
	bundle->no_new_privs = read_truth(json_object_get(process, "noNewPrivileges"));
	bundle->apparmor_profile = copy_string(json_object_get(process, "apparmorProfile"));
}

/* The last of "ro" and "rw" counts, as in mount(8). */
static bool is_read_only(const json_t *options)
{
	bool read_only = false;
	const json_t *option;
	size_t i;

	json_array_foreach(options, i, option) {
		const char *word = json_is_string(option) ? json_string_value(option) : "";

		if (strcmp(word, "ro") == 0 || strcmp(word, "rro") == 0)
			read_only = true;
		else if (strcmp(word, "rw") == 0 || strcmp(word, "rrw") == 0)
			read_only = false;
	}
	return read_only;
}

static void read_mounts(struct bundle *bundle, const json_t *mounts)
{
	const json_t *mount;
	size_t i;

	bundle->mounts = xcalloc(json_array_size(mounts) + 1, sizeof(*bundle->mounts));
	json_array_foreach(mounts, i, mount) {
		char *target = copy_string(json_object_get(mount, "destination"));

		if (!target)
			continue;
		bundle->mounts[bundle->mount_count++] = (struct bundle_mount){
			.target = target,
			.type = copy_string(json_object_get(mount, "type")),
			.read_only = is_read_only(json_object_get(mount, "options")),
		};
	}
}

static int by_key(const void *a, const void *b)
{
	const struct bundle_annotation *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static void read_annotations(struct bundle *bundle, json_t *annotations)
{
	const char *key;
	json_t *value;

	bundle->annotations = xcalloc(json_object_size(annotations) + 1, sizeof(*bundle->annotations));
	json_object_foreach(annotations, key, value)
		if (json_is_string(value))
			bundle->annotations[bundle->annotation_count++] = (struct bundle_annotation){
				.key = xstrdup(key), .value = xstrdup(json_string_value(value)) };
	qsort(bundle->annotations, bundle->annotation_count, sizeof(*bundle->annotations), by_key);
}

int bundle_parse(struct bundle *ret, const char *json, size_t length, struct error *err)
{
	json_error_t where;
	/* Limits are unsigned 64-bit numbers, which are no integers to jansson: Docker's --ulimit core=-1. */
	json_auto_t *root = json_loadb(json, length, JSON_DECODE_INT_AS_REAL, &where);
	json_t *rootfs = json_object_get(root, "root"), *seccomp;

	*ret = (struct bundle){ .command = TEXT_EMPTY };
	if (!root)
		return error_set(err, -EINVAL, "the container's configuration is not JSON: line %d: %s", where.line, where.text);
	if (!json_is_object(root))
		return error_set(err, -EINVAL, "the container's configuration is not a JSON object");
	read_process(ret, json_object_get(root, "process"));
	if (json_is_object(rootfs))
		ret->read_only_root = read_truth(json_object_get(rootfs, "readonly"));
	seccomp = json_object_get(json_object_get(root, "linux"), "seccomp");
	ret->has_seccomp = json_is_object(seccomp) ? KNOWN_TRUE : KNOWN_FALSE;
	read_mounts(ret, json_object_get(root, "mounts"));
	read_annotations(ret, json_object_get(root, "annotations"));
	return 0;
}

int bundle_read(struct bundle *ret, const char *folder, struct error *err)
{
	auto_free char *path = xasprintf("%s/config.json", folder);
	CLEANUP(text_done) struct text config = TEXT_EMPTY;
	int code = file_read(path, BUNDLE_CONFIG_MAX, &config, err);

	*ret = (struct bundle){ .command = TEXT_EMPTY };
	return code < 0 ? code : bundle_parse(ret, text_cstr(&config), config.length, err);
}

const char *bundle_annotation(const struct bundle *bundle, const char *key)
{
	const struct bundle_annotation wanted = { .key = (char *)key };
	const struct bundle_annotation *found =
		bundle->annotation_count
			? bsearch(&wanted, bundle->annotations, bundle->annotation_count, sizeof(wanted), by_key)
			: NULL;

	return found ? found->value : NULL;
}

void bundle_done(struct bundle *bundle)
{
	free(bundle->user);
	text_done(&bundle->command);
	free(bundle->apparmor_profile);
	for (size_t i = 0; i < bundle->mount_count; i++) {
		free(bundle->mounts[i].target);
		free(bundle->mounts[i].type);
	}
	free(bundle->mounts);
	for (size_t i = 0; i < bundle->annotation_count; i++) {
		free(bundle->annotations[i].key);
		free(bundle->annotations[i].value);
	}
	free(bundle->annotations);
	*bundle = (struct bundle){ .command = TEXT_EMPTY };
}
