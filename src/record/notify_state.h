/* SPDX-License-Identifier: Apache-2.0 */
/* The message with which an OCI runtime hands over a notify descriptor. */
#ifndef SNUG_RECORD_NOTIFY_STATE_H
#define SNUG_RECORD_NOTIFY_STATE_H

#include <stddef.h>
#include <sys/types.h>

#include "snug/error.h"

#define NOTIFY_STATE_MAX 65536	/* bytes; runc sends a few hundred */

/* Owned strings; NULL where the message has none. */
struct notify_state {
	char *id;		/* of the container */
	char *bundle;
	pid_t pid;		/* as the runtime sees it; 0 = not said (crun says nothing of an exec) */
	char *name;		/* metadata, else annotation "snug.name" */
	char *told;		/* metadata that is a mark (told_call.h), and no name */
	size_t fd_index;	/* which of the passed descriptors is the notify descriptor */
};

/* Reads the containerProcessState of runtime-spec 1.2 (config-linux.md, "The Container Process State"). */
int notify_state_parse(struct notify_state *ret, const char *json, size_t length, struct error *err);
void notify_state_done(struct notify_state *state);

#endif
