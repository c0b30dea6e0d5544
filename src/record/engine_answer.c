/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what engines say. Pure: bytes in, struct out. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "snug/engine.h"
#include "snug/memory.h"

#define LABELS_MAX 1024	/* of one container; others are left out */

/* Numbers of 64 bits without a sign are no integers to jansson. */
static json_t *load(const char *json, size_t length)
{
	json_error_t where;

	return json_loadb(json, length, JSON_DECODE_INT_AS_REAL, &where);
}

static char *copy_string(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) ? xstrdup(json_string_value(value)) : NULL;
}

static void read_labels(struct string_set *ret, json_t *labels)
{
	const char *key;
	json_t *value;

	json_object_foreach(labels, key, value) {
		auto_free char *label = json_is_string(value) && ret->count < LABELS_MAX
			? xasprintf("%s=%s", key, json_string_value(value)) : NULL;

		if (label)
			string_set_add(ret, label);
	}
}

/* Docker's "Image" is the id with its algorithm; podman's is the digits alone. */
static char *read_image_id(const json_t *id)
{
	const char *word = json_string_value(id);

	if (!word || !word[0])
		return NULL;
	return strchr(word, ':') ? xstrdup(word) : xasprintf("sha256:%s", word);
}

int engine_answer_parse(struct engine_answer *ret, const char *json, size_t length)
{
	json_auto_t *container = load(json, length);
	json_t *config = json_object_get(container, "Config");

	*ret = (struct engine_answer){ .labels = STRING_SET_EMPTY };
	if (!json_is_object(config))
		return -EINVAL;
	ret->image = copy_string(json_object_get(config, "Image"));
	ret->digest = read_image_id(json_object_get(container, "Image"));
	read_labels(&ret->labels, json_object_get(config, "Labels"));
	return 0;
}

/* "nginx" of "nginx:1.25" and of "nginx@sha256:…"; the colon of "host:5000/nginx" is none of a tag. */
static size_t repository_length(const char *reference)
{
	const char *slash = strrchr(reference, '/');

	return (size_t)(slash ? slash - reference : 0) + strcspn(slash ? slash : reference, ":@");
}

/* Docker leaves its default registry out of a name, podman says it. */
static const char *short_name(const char *reference)
{
	static const char *const defaults[] = { "docker.io/library/", "docker.io/" };

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		if (strncmp(reference, defaults[i], strlen(defaults[i])) == 0)
			return reference + strlen(defaults[i]);
	return reference;
}

/* The digest under the container's own reference: an image may have come from several registries. */
int engine_answer_parse_digest(struct engine_answer *answer, const char *json, size_t length)
{
	json_auto_t *image = load(json, length);
	const char *wanted = answer->image ? short_name(answer->image) : "";
	const json_t *item;
	size_t i;

	if (!json_is_object(image))
		return -EINVAL;
	json_array_foreach(json_object_get(image, "RepoDigests"), i, item) {
		const char *named = short_name(json_is_string(item) ? json_string_value(item) : ""), *at = strchr(named, '@');

		if (!at || repository_length(named) != repository_length(wanted) ||
		    strncmp(named, wanted, repository_length(wanted)) != 0)
			continue;
		free(answer->digest);
		answer->digest = xstrdup(at + 1);
		return 0;
	}
	return -ENOENT;
}

/* github.com/containers/storage, containers.json: "metadata" is JSON in a string, which podman fills. */
int engine_answer_parse_storage(struct engine_answer *ret, const char *json, size_t length, const char *id)
{
	json_auto_t *all = load(json, length), *metadata = NULL;
	const json_t *container;
	size_t i;

	*ret = (struct engine_answer){ .labels = STRING_SET_EMPTY };
	if (!json_is_array(all))
		return -EINVAL;
	json_array_foreach(all, i, container) {
		const char *known = json_string_value(json_object_get(container, "id"));
		const char *words = json_string_value(json_object_get(container, "metadata"));

		if (!known || strcmp(known, id) != 0)
			continue;
		metadata = load(words ? words : "", words ? strlen(words) : 0);
		ret->image = copy_string(json_object_get(metadata, "image-name"));
		ret->digest = read_image_id(json_object_get(container, "image"));
		return 0;
	}
	return -ENOENT;
}

void engine_answer_done(struct engine_answer *answer)
{
	free(answer->image);
	free(answer->digest);
	string_set_done(&answer->labels);
	*answer = (struct engine_answer){ .labels = STRING_SET_EMPTY };
}
