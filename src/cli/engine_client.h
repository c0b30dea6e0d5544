/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container engines say of themselves and of the containers that they keep, asked by their own clients.
 *
 * An engine that is absent, does not answer in time or says something else than expected is as if it were not there: it costs
 * seconds at most, and is nobody's failure.
 */
#ifndef SNUG_CLI_ENGINE_CLIENT_H
#define SNUG_CLI_ENGINE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/* The runtime that `snug setup` registers. */
#define ENGINE_SNUG_RUNTIME "snug"

struct docker_engine {
	char version[32];		/* "20.10.24+dfsg1"; "" = it does not answer */
	bool drops_listener;		/* older than 23, which is the first to pass on listenerPath */
	bool has_snug_runtime;
	bool snug_is_default;
};

struct docker_engine docker_engine_ask(void);

/* A container whose stored configuration has it report to a listener each time that it starts. */
struct armed_container {
	const char *engine;		/* the client's name */
	char *name;			/* owned */
	char *socket;			/* owned; of the listener, NULL = that of the runtime "snug" */
	char *command;			/* owned; re-creates it without */
};

struct armed_containers {
	struct armed_container *items;	/* owned */
	size_t count;
};

/* Those that name `socket` or the profile file `record`, or any listener when both are NULL. */
void armed_containers_find(struct armed_containers *ret, const char *socket, const char *record);
void armed_containers_done(struct armed_containers *containers);

#endif
