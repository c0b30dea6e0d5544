/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Committed facts: what of a recording stands in a repository, and is all that profiles are made of there.
 *
 *	trace_merge(raw, committed) → facts_reduce() → policy_from_trace() → emitters
 *
 * Pure, and the same bytes from the same behaviour: names that change from run to run become patterns, as the policy would make
 * them, runs and machines become nothing (trace_reduce(), trace.h).
 */
#ifndef SNUG_FACTS_H
#define SNUG_FACTS_H

#include "snug/rules.h"
#include "snug/trace.h"

/* The facts of `trace`, into which `known` (earlier facts, NULL = none) has been merged. Paths that a pattern of `rules` covers
 * are left to it. Owned by the caller. */
struct trace *facts_reduce(struct trace *trace, const struct trace *known, const struct rules *rules);

/* The file of facts, as it stands in the repository: canonical JSON with the digests of what was written beside it. */
#define FACTS_FILE "trace.json"
#define RULES_FILE "rules"

void facts_set_project(struct trace *facts, const char *project);
const char *facts_project(const struct trace *facts);	/* NULL = it says none, or several */

/* What stood beside the facts when they were written. */
void facts_set_written(struct trace *facts, const char *file, const void *bytes, size_t length);
bool facts_was_written(const struct trace *facts, const char *file, const void *bytes, size_t length);

#endif
