/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compose project whose services are to be recorded: an override that adds the record profile to each, named by COMPOSE_FILE,
 * so that `docker compose up` in somebody's test needs no edit.
 *
 * Which services there are is asked of compose itself: it alone knows what includes, extensions and variables make of the files.
 * Where no compose command answers, no test can use one either.
 */
#ifndef SNUG_CLI_COMPOSE_H
#define SNUG_CLI_COMPOSE_H

#include <stdint.h>

#include "cli/invoker.h"
#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/string_set.h"

struct compose_request {
	const char *folder;		/* compose.record.yaml goes there */
	const char *record;		/* absolute path of record.json */
	const char *runtime;		/* an OCI runtime that records instead, for an engine that drops listenerPath; NULL = none */
	const struct invoker *invoker;	/* whose command will use it */
};

struct compose {
	char *files;			/* the value for COMPOSE_FILE; NULL = leave it */
	struct string_set services;	/* that the override is for */
};

/* Looks for a project where we are, and says what was done for it, or why nothing. */
void compose_prepare(struct compose *ret, const struct compose_request *request);

/* Its containers may have no more than these capabilities, a set of 1 << CAP_*; UINT64_MAX: what they have without us. */
int compose_limit(const struct compose *compose, const struct compose_request *request, uint64_t capabilities, struct error *err);

void compose_done(struct compose *compose);

#endif
