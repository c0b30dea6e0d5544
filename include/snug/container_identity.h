/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a container is, from what its runtime, its bundle and its engine say. Pure.
 *
 * The name is the first of these that is known: what a person gave it (listenerMetadata, annotation snug.name), the compose
 * service, the container's name in a pod, the last part of the image's repository, and only without all of these
 * the id. Names that an engine makes up, and folders, are none.
 */
#ifndef SNUG_CONTAINER_IDENTITY_H
#define SNUG_CONTAINER_IDENTITY_H

#include "snug/bundle.h"
#include "snug/engine.h"
#include "snug/string_set.h"

#define CONTAINER_NAME_MAX 64	/* bytes */

enum name_source {
	NAME_BY_PERSON,
	NAME_OF_SERVICE,
	NAME_IN_POD,
	NAME_OF_IMAGE,
	NAME_OF_ID,
};

struct container_identity {
	char *name;			/* owned; letters, digits, '.', '_', '-', and begins with none of the last three */
	enum name_source source;
	char *image, *digest;		/* owned; NULL = not known */
	struct string_set labels;	/* "KEY=VALUE": those that say which service it is */
};

/* `given` is what a person called it, NULL = nothing. `answer` is the engine's, NULL = none. */
void container_identity_of(struct container_identity *ret, const char *id, const char *given, const struct bundle *bundle,
			   const struct engine_answer *answer);
/* A name that is only the beginning of the id, since nothing told another: the next run has another one. */
bool container_is_nameless(const char *name, const char *id);
void container_identity_done(struct container_identity *identity);

#endif
