/* SPDX-License-Identifier: Apache-2.0 */
/* A container's name, image and labels. */
#include "snug/container_identity.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define SNUG_NAME "snug.name"
#define SHORT_ID 12		/* digits, as engines print */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* A label of an engine or an annotation of the bundle that says which service the container is. Of several that are there
 * the first row's names it. */
struct label_row {
	const char *key;
	enum name_source names;		/* NAME_OF_ID: it is kept, and no name */
	const char *source;
};

static const struct label_row label_rows[] = {
	{ "com.docker.compose.service", NAME_OF_SERVICE, "docker/compose, pkg/api/labels.go; podman-compose sets it too" },
	{ "com.docker.compose.project", NAME_OF_ID, "the same" },
	{ "com.docker.swarm.service.name", NAME_OF_SERVICE, "moby, daemon/cluster/convert" },
	{ "io.kubernetes.cri.container-name", NAME_IN_POD, "containerd, internal/cri/annotations" },
	{ "io.kubernetes.cri.sandbox-name", NAME_OF_ID, "the same" },
	{ "io.kubernetes.cri.sandbox-namespace", NAME_OF_ID, "the same" },
	{ "io.kubernetes.container.name", NAME_IN_POD, "kubelet, pkg/kubelet/types/labels.go; CRI-O passes it on" },
	{ "io.kubernetes.pod.name", NAME_OF_ID, "the same" },
	{ "io.kubernetes.pod.namespace", NAME_OF_ID, "the same" },
};

/* Annotations in which an engine tells the image. */
static const char *const image_annotations[] = {
	"io.kubernetes.cri.image-name",		/* containerd, internal/cri/annotations */
	"io.kubernetes.cri-o.ImageName",	/* CRI-O, pkg/annotations */
};

static const char *label_value(const struct string_set *labels, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < labels->count; i++)
		if (strncmp(labels->items[i], key, length) == 0 && labels->items[i][length] == '=')
			return labels->items[i] + length + 1;
	return NULL;
}

/* What engines know for themselves goes before what anybody could have written into a bundle. */
static const char *value_of_key(const char *key, const struct bundle *bundle, const struct engine_answer *answer)
{
	const char *value = answer ? label_value(&answer->labels, key) : NULL;

	return value ? value : bundle_annotation(bundle, key);
}

/* A part of a file's name that leads nowhere. NULL when nothing of `raw` can be one. */
static char *safe_name(const char *raw, size_t length)
{
	char *safe = xcalloc(CONTAINER_NAME_MAX + 1, 1);
	size_t count = 0;

	for (size_t i = 0; i < length && raw[i] && count < CONTAINER_NAME_MAX; i++) {
		bool letter = strchr(LETTERS, raw[i]) != NULL;

		if (letter || count)
			safe[count++] = letter || strchr("._-", raw[i]) ? raw[i] : '-';
	}
	if (count)
		return safe;
	free(safe);
	return NULL;
}

/* "nginx" of "registry:5000/web/nginx:1.25@sha256:…". An id is no name. */
static char *name_of_image(const char *image)
{
	const char *slash = strrchr(image, '/'), *last = slash ? slash + 1 : image;
	size_t length = strcspn(last, ":@");

	if (strncmp(image, "sha256:", 7) == 0 || (length == strlen(image) && length >= SHORT_ID &&
						  strspn(last, "0123456789abcdef") == length))
		return NULL;
	return safe_name(last, length);
}

static char *name_of_id(const char *id)
{
	char *name = safe_name(id, engine_knows_ids_like(id) ? SHORT_ID : strlen(id));

	return name ? name : xstrdup("container");
}

bool container_is_nameless(const char *name, const char *id)
{
	return engine_knows_ids_like(id) && strlen(name) == SHORT_ID && strncmp(id, name, SHORT_ID) == 0;
}

static bool take_name(struct container_identity *identity, char *name, enum name_source source)
{
	if (!name)
		return false;
	identity->name = name;
	identity->source = source;
	return true;
}

static void choose_name(struct container_identity *identity, const char *id, const char *given,
			const struct bundle *bundle, const struct engine_answer *answer)
{
	if (!given)
		given = value_of_key(SNUG_NAME, bundle, answer);
	if (given && take_name(identity, safe_name(given, strlen(given)), NAME_BY_PERSON))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(label_rows); i++) {
		const char *value = value_of_key(label_rows[i].key, bundle, answer);

		if (value && label_rows[i].names != NAME_OF_ID &&
		    take_name(identity, safe_name(value, strlen(value)), label_rows[i].names))
			return;
	}
	if (identity->image && take_name(identity, name_of_image(identity->image), NAME_OF_IMAGE))
		return;
	take_name(identity, name_of_id(id), NAME_OF_ID);
}

void container_identity_of(struct container_identity *ret, const char *id, const char *given, const struct bundle *bundle,
			   const struct engine_answer *answer)
{
	const char *image = answer ? answer->image : NULL;

	*ret = (struct container_identity){ .labels = STRING_SET_EMPTY };
	for (size_t i = 0; i < ARRAY_SIZE(image_annotations) && !image; i++)
		image = bundle_annotation(bundle, image_annotations[i]);
	ret->image = image && image[0] ? xstrdup(image) : NULL;
	ret->digest = answer && answer->digest ? xstrdup(answer->digest) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(label_rows); i++) {
		const char *value = value_of_key(label_rows[i].key, bundle, answer);
		auto_free char *label = value ? xasprintf("%s=%s", label_rows[i].key, value) : NULL;

		if (label)
			string_set_add(&ret->labels, label);
	}
	choose_name(ret, id, given, bundle, answer);
}

void container_identity_done(struct container_identity *identity)
{
	free(identity->name);
	free(identity->image);
	free(identity->digest);
	string_set_done(&identity->labels);
}
