/* SPDX-License-Identifier: Apache-2.0 */
/* A patch for `git apply`: from files as they stand to what they should be. */
#ifndef SNUG_CLI_PATCH_H
#define SNUG_CLI_PATCH_H

#include "snug/file.h"

struct patch {
	struct text text;
};

/* Adds what makes `file` of what stands at its path; nothing where it stands there already. */
int patch_add(struct patch *patch, const struct file_content *file, struct error *err);
void patch_done(struct patch *patch);

#endif
