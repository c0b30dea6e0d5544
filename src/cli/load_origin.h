/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which project a loaded profile is from. The kernel knows one profile a name, and not where it came from.
 *
 * What was loaded until the machine is turned off has a note with the file's path in a folder of root's below /run; what
 * is loaded again at each start is a copy in AppArmor's own folder, whose first line tells the path.
 */
#ifndef SNUG_CLI_LOAD_ORIGIN_H
#define SNUG_CLI_LOAD_ORIGIN_H

#include <stdbool.h>

#include "snug/error.h"
#include "snug/text.h"

struct load_profile {
	char *file;		/* owned; as a person would type it: "snug/web/apparmor.profile" */
	char *origin;		/* owned; the same without links, absolute */
	char *name;		/* owned; of the profile: "snug-shop-web" */
	struct text content;
	char *copy;		/* owned; where it is loaded from at each start */
};

void load_profile_done(struct load_profile *profile);

/* -EEXIST when the name holds the profile of another project that is still there, and differs. */
int load_origin_check(const struct load_profile *profile, struct error *err);

int load_origin_note(const struct load_profile *profile, struct error *err);

/* The copy, and whether there is one. */
int load_copy_write(const struct load_profile *profile, struct error *err);
bool load_copy_is_there(const struct load_profile *profile);

/* Removes note and copy. */
int load_origin_forget(const struct load_profile *profile, struct error *err);

#endif
