/* SPDX-License-Identifier: Apache-2.0 */
/* See profile_allows.h. */
#include "snug/profile_allows.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#define ALLOWS "SCMP_ACT_ALLOW"

static bool is_allowing(const json_t *action)
{
	return json_is_string(action) && strcmp(json_string_value(action), ALLOWS) == 0;
}

static bool is_named(const json_t *rule, const char *name)
{
	const json_t *old = json_object_get(rule, "name"), *item;
	size_t i;

	if (json_is_string(old) && strcmp(json_string_value(old), name) == 0)
		return true;
	json_array_foreach(json_object_get(rule, "names"), i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
			return true;
	return false;
}

/* What holds for all containers and arguments asks for nothing. An empty list or object is no condition. */
static bool has_condition(const json_t *rule)
{
	return json_array_size(json_object_get(rule, "args")) || json_object_size(json_object_get(rule, "includes")) ||
	       json_object_size(json_object_get(rule, "excludes"));
}

static bool is_always_allowed(const json_t *profile, const char *name)
{
	bool allowed = is_allowing(json_object_get(profile, "defaultAction"));
	const json_t *rule;
	size_t i;

	json_array_foreach(json_object_get(profile, "syscalls"), i, rule) {
		if (!is_named(rule, name))
			continue;
		if (!is_allowing(json_object_get(rule, "action")))
			return false;
		allowed |= !has_condition(rule);
	}
	return allowed;
}

void profile_always_allowed(struct string_set *ret, const struct string_set *names, const char *json, size_t length)
{
	json_auto_t *profile = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);

	for (size_t i = 0; json_is_object(profile) && i < names->count; i++)
		if (is_always_allowed(profile, names->items[i]))
			string_set_add(ret, names->items[i]);
}
