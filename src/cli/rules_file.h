/* SPDX-License-Identifier: Apache-2.0 */
/* The file `rules`, as every command that knows it reads it. */
#ifndef SNUG_CLI_RULES_FILE_H
#define SNUG_CLI_RULES_FILE_H

#include "snug/policy.h"

/* `path` NULL = there is none, and `*ret` is NULL. Owned by the caller. */
int rules_file_read(struct rules **ret, const char *path, struct error *err);

/* Says which lines of `path` the recording has made unnecessary. */
void rules_report_unneeded(const struct policy *policy, const char *path);

#endif
