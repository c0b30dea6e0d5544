/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine that made a container says of it: asked beside the recording, and never waited for.
 *
 * Docker and podman answer on a unix socket (Docker Engine API, GET /containers/ID/json); podman without its service leaves
 * a record in its storage. A container's id of 64 hexadecimal digits is random, so that an engine that knows it is the
 * one that made it, and others deny it. No command of an engine is run: it would need the engine's rights, and somebody's PATH.
 *
 *	engine_ask() → poll engine_query_descriptor() → engine_query_take() → engine_query_free()
 *
 * Docker answers only when the container's start is over, and that waits for our answers to its calls: it must be asked only
 * after the program's first execve() went on.
 */
#ifndef SNUG_ENGINE_H
#define SNUG_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/string_set.h"

#define ENGINE_DEADLINE_MS 5000		/* Docker answers within some 20 ms */

/* All strings are owned; NULL = not said. */
struct engine_answer {
	char *image;			/* the reference that the container was started by */
	char *digest;			/* of its manifest where it came from a registry, else its id: "sha256:…" */
	struct string_set labels;	/* "KEY=VALUE", all of them */
};

void engine_answer_done(struct engine_answer *answer);

/* The pure halves. -EINVAL for what is no such JSON, -ENOENT where `id` is not in it. */
int engine_answer_parse(struct engine_answer *ret, const char *json, size_t length);	/* GET /containers/ID/json */
int engine_answer_parse_digest(struct engine_answer *answer, const char *json, size_t length);	/* GET /images/ID/json */
int engine_answer_parse_storage(struct engine_answer *ret, const char *json, size_t length, const char *id);

struct engine_query;

/* Can anybody be asked about this id? */
bool engine_knows_ids_like(const char *id);

/* Starts to ask, on a thread of its own. `bundle` may be NULL. */
struct engine_query *engine_ask(const char *id, const char *bundle, unsigned int deadline_ms);

int engine_query_descriptor(const struct engine_query *query);	/* readable when it has ended */

/* -EAGAIN while nothing was said; then once 0, or why there is no answer: -ENOENT when nobody knows the container,
 * -ETIMEDOUT at the deadline. */
int engine_query_take(struct engine_query *query, struct engine_answer *ret);

/* Ends it, whatever the engine does. Accepts NULL, returns NULL. */
struct engine_query *engine_query_free(struct engine_query *query);
DEFINE_CLEANUP(struct engine_query *, engine_query_free);

#endif
