/* SPDX-License-Identifier: Apache-2.0 */
/* A policy from files: of traces, and of a service's folder in a repository. */
#ifndef SNUG_CLI_LOADED_POLICY_H
#define SNUG_CLI_LOADED_POLICY_H

#include <stddef.h>

#include "snug/policy.h"

/* The policy borrows from the trace and the rules. */
struct loaded_policy {
	struct trace *trace;
	struct rules *rules;	/* NULL = none */
	struct policy *policy;
};

/* What profiles made from these files allow; a folder stands for the facts and, if it is
 * the only one, the rules in it, "-" for standard input. */
int policy_load(struct loaded_policy *ret, char *const *paths, size_t count, struct error *err);
void loaded_policy_done(struct loaded_policy *loaded);

#endif
