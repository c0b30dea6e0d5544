/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing as the owner of a folder, for a process of root that has given up CAP_DAC_OVERRIDE and CAP_CHOWN.
 *
 *	folder_owner_find() while it has all → folder_owner_become() → write → folder_owner_leave()
 *
 * Where the owner is root, or we are not, nothing is to be done, and nothing is.
 */
#ifndef SNUG_CLI_FOLDER_OWNER_H
#define SNUG_CLI_FOLDER_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/error.h"

struct folder_owner {
	uid_t uid;
	gid_t gid;
	bool is_other;
};

/* Keeps the owner as saved user and group of this process, so that it may become them without a capability. */
int folder_owner_find(struct folder_owner *ret, const char *folder, struct error *err);

/* For the calling thread, and for files only (setfsuid(2)). */
void folder_owner_become(const struct folder_owner *owner);
void folder_owner_leave(const struct folder_owner *owner);

#endif
