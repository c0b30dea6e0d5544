/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The person behind sudo: commands that snug starts run as them, and what it writes belongs to them.
 *
 * sudo tells by SUDO_UID, SUDO_GID and SUDO_USER. Where it was not used, or we are not root, there is nobody else.
 */
#ifndef SNUG_CLI_INVOKER_H
#define SNUG_CLI_INVOKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/cleanup.h"
#include "snug/error.h"

struct invoker {
	uid_t uid;
	gid_t gid;
	char *name, *home;	/* owned; as the password file has them, home is "/" for one that it does not know */
	bool is_other;		/* false: the rest is unset, and every call below does nothing */
};

/* -EINVAL when sudo's variables are there and cannot be what sudo sets. */
int invoker_find(struct invoker *ret, struct error *err);
void invoker_done(struct invoker *invoker);

/* For a child process: gives up root for good, and sets HOME, USER and LOGNAME. 0 or a negative errno. */
int invoker_become(const struct invoker *invoker);

/* Gives them a folder that was just made. */
int invoker_own_folder(const struct invoker *invoker, const char *path, struct error *err);

#endif
