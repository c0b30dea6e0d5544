/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions of Docker's seccomp format, decided for one container. */
#include "snug/profile_resolve.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/names.h"

#define CAPABILITY_PREFIX "CAP_"
#define INDENT 1	/* columns; for whoever looks at it */

struct machine_row {
	const char *abi;	/* as in arch.h */
	const char *word;	/* in "arches" */
};

/* github.com/moby/profiles, seccomp/seccomp_linux.go, goToNative. The ABIs that an engine can be built for. */
static const struct machine_row machine_rows[] = {
	{ "x86_64", "amd64" },
	{ "x86", "x86" },
	{ "aarch64", "arm64" },
	{ "arm", "arm" },
	{ "ppc64le", "ppc64le" },
	{ "s390x", "s390x" },
	{ "riscv64", "riscv64" },
};

/* What the resolution of one profile needs at hand. */
struct resolution {
	const struct profile_target *target;
	const char *name;
	struct error *err;
};

static int refuse(struct resolution *r, const char *what)
{
	return error_set(r->err, -EINVAL, "'%s' is not a seccomp profile that can be resolved: %s", r->name, what);
}

static const char *machine_word(const struct arch *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(machine_rows); i++)
		if (strcmp(machine_rows[i].abi, machine->name) == 0)
			return machine_rows[i].word;
	return "";
}

static bool has_string(const json_t *array, const char *s)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), s) == 0)
			return true;
	return false;
}

/* A capability that no table knows is in no container's set. */
static bool is_held(const struct profile_target *target, const json_t *capability)
{
	const char *name = json_is_string(capability) ? json_string_value(capability) : "";
	int number;

	return strncmp(name, CAPABILITY_PREFIX, strlen(CAPABILITY_PREFIX)) == 0 &&
	       value_of(NAME_CAPABILITY, name + strlen(CAPABILITY_PREFIX), &number) && number >= 0 && number < 64 &&
	       target->bounding >> number & 1;
}

static size_t count_held(const struct profile_target *target, const json_t *capabilities)
{
	const json_t *item;
	size_t i, held = 0;

	json_array_foreach(capabilities, i, item)
		held += is_held(target, item);
	return held;
}

/* Is the kernel as new as "4.8"? What follows the second number does not count. */
static int kernel_reaches(struct resolution *r, const json_t *min_kernel, bool *ret)
{
	const char *words = json_string_value(min_kernel);
	unsigned int kernel, revision;

	if (!words || sscanf(words, "%9u.%9u", &kernel, &revision) != 2)
		return refuse(r, "minKernel is not like \"4.8\"");
	*ret = r->target->kernel > kernel || (r->target->kernel == kernel && r->target->revision >= revision);
	return 0;
}

static bool is_set(const json_t *value)
{
	return value && !json_is_null(value);
}

/* Each condition that is there must hold; of the capabilities all must be held. */
static int is_included(struct resolution *r, const json_t *includes, bool *ret)
{
	const json_t *arches = json_object_get(includes, "arches"), *capabilities = json_object_get(includes, "caps");
	const json_t *min_kernel = json_object_get(includes, "minKernel");
	bool reaches = true;
	int code = is_set(min_kernel) ? kernel_reaches(r, min_kernel, &reaches) : 0;

	*ret = reaches && (json_array_size(arches) == 0 || has_string(arches, machine_word(r->target->machine))) &&
	       count_held(r->target, capabilities) == json_array_size(capabilities);
	return code;
}

/* Any condition that holds suffices; of the capabilities, any that is held. */
static int is_excluded(struct resolution *r, const json_t *excludes, bool *ret)
{
	const json_t *min_kernel = json_object_get(excludes, "minKernel");
	bool reaches = false;
	int code = is_set(min_kernel) ? kernel_reaches(r, min_kernel, &reaches) : 0;

	*ret = reaches || has_string(json_object_get(excludes, "arches"), machine_word(r->target->machine)) ||
	       count_held(r->target, json_object_get(excludes, "caps")) > 0;
	return code;
}

/* The old spelling of a rule for one call. */
static int name_to_names(struct resolution *r, json_t *rule)
{
	json_t *name = json_object_get(rule, "name"), *names;

	if (json_is_string(name) && json_string_length(name)) {
		if (json_array_size(json_object_get(rule, "names")))
			return refuse(r, "a rule has both 'name' and 'names'");
		names = memory_checked(json_array());
		json_array_append(names, name);
		json_object_set_new(rule, "names", names);
	}
	json_object_del(rule, "name");
	return 0;
}

static int resolve_rules(struct resolution *r, json_t *profile)
{
	json_t *rules = json_object_get(profile, "syscalls"), *kept = memory_checked(json_array()), *rule;
	size_t i;
	int code = 0;

	json_array_foreach(rules, i, rule) {
		bool included = true, excluded = false;

		if (code == 0)
			code = name_to_names(r, rule);
		if (code == 0)
			code = is_excluded(r, json_object_get(rule, "excludes"), &excluded);
		if (code == 0 && !excluded)
			code = is_included(r, json_object_get(rule, "includes"), &included);
		if (code < 0)
			break;
		json_object_del(rule, "includes");
		json_object_del(rule, "excludes");
		if (included && !excluded)
			json_array_append(kept, rule);
	}
	json_object_set_new(profile, "syscalls", kept);
	return code;
}

/* The row of this machine, its own name first. A machine without one gets no list: its filter knows its own ABI. */
static int resolve_architectures(struct resolution *r, json_t *profile)
{
	json_t *map = json_object_get(profile, "archMap"), *row, *all;
	size_t i;

	if (json_array_size(map) && json_array_size(json_object_get(profile, "architectures")))
		return refuse(r, "it has both 'architectures' and 'archMap'");
	json_array_foreach(map, i, row) {
		const char *word = json_string_value(json_object_get(row, "architecture"));

		if (!word || strcmp(word, r->target->machine->scmp_name) != 0)
			continue;
		all = memory_checked(json_array());
		json_array_append(all, json_object_get(row, "architecture"));
		json_array_extend(all, json_object_get(row, "subArchitectures"));
		json_object_set_new(profile, "architectures", all);
		break;
	}
	json_object_del(profile, "archMap");
	return 0;
}

int profile_resolve(struct text *out, const char *json, size_t length, const char *name,
		    const struct profile_target *target, struct error *err)
{
	struct resolution r = { .target = target, .name = name, .err = err };
	json_error_t where;
	json_auto_t *profile = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
	int code;

	if (!profile)
		return error_set(err, -EINVAL, "'%s' is not JSON: line %d: %s", name, where.line, where.text);
	if (!json_is_object(profile))
		return refuse(&r, "it is no JSON object");
	code = resolve_architectures(&r, profile);
	if (code == 0)
		code = resolve_rules(&r, profile);
	if (code < 0)
		return code;
	auto_free char *resolved = memory_checked(json_dumps(profile, JSON_INDENT(INDENT)));
	text_puts(out, resolved);
	return 0;
}
