/* SPDX-License-Identifier: Apache-2.0 */
/* snug setup: what its engines have in common. One file an engine's way of being told, setup_NAME.c. */
#ifndef SNUG_CLI_SETUP_H
#define SNUG_CLI_SETUP_H

#include <stdbool.h>

#include "snug/engine_config.h"

#define SETUP_BACKUP_SUFFIX ".before-snug"

struct setup {
	struct engine_registration registration;
	const char *engine;		/* as the command line names it */
	char *config;			/* owned; the file that is to change */
	bool undo, reload;
	bool for_user;			/* the engine is the caller's own, not the machine's */
};

/* Each returns 0 or a negative errno; what was done, and what to do next, goes to standard output. */
int setup_docker(const struct setup *setup, struct error *err);
int setup_podman(const struct setup *setup, struct error *err);
int setup_containerd(const struct setup *setup, struct error *err);

/* Says of each engine that was told of snug what that means for its containers now. */
void setup_describe(void (*say)(const char *name, const char *words), bool is_heard);

/* A file that need not be there: `out` is then empty, and the result 0; 1 when it was. */
int setup_read(const char *path, struct text *out, struct error *err);

/* Writes it, with its folder, keeping the owner of one that is there. */
int setup_write(const char *path, const struct text *content, struct error *err);

/* Removes it; nothing to remove is fine. */
int setup_remove(const char *path, struct error *err);

#endif
