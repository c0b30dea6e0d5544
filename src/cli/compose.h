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

#include "cli/invoker.h"

struct compose_request {
	const char *folder;		/* compose.record.yaml goes there */
	const char *record;		/* absolute path of record.json */
	const char *runtime;		/* an OCI runtime that records instead, for an engine that drops listenerPath; NULL = none */
	const struct invoker *invoker;	/* whose command will use it */
};

/* Looks for a project where we are, and says what was done for it, or why nothing. Returns the value for COMPOSE_FILE, owned by
 * the caller; NULL = leave it. */
char *compose_prepare(const struct compose_request *request);

#endif
