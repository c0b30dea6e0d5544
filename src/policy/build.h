/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that policy_from_trace() is made of; each fills its section of `policy` from policy->trace. */
#ifndef SNUG_POLICY_BUILD_H
#define SNUG_POLICY_BUILD_H

#include "snug/policy.h"

struct pieces;

/* Needs policy->abis. */
int policy_add_syscalls(struct policy *policy, const struct policy_options *options, struct error *err);

/* Sorted by pattern and kind; adds notes. */
int policy_add_files(struct policy *policy, struct error *err);

void policy_add_capabilities(struct policy *policy);

/* A path with the parts that vary in it (see generalise.h) as wildcards; owned by the caller. */
struct pieces *pieces_of_path(const struct map *varying, const char *path);

/* Does the pattern of an `allow` line stand for this path, whatever is known of its kind, and grant what was done to it? */
bool policy_line_covers(const struct rule_line *line, const struct trace_file *file);

/* Did it succeed, or fail for a reason that is neither a refusal nor that there is no such call? A program relies on it then. */
bool policy_call_worked(const struct trace_syscall *seen);

/* Does a runtime's call tell more than the tables of runtimes do? */
bool policy_keeps_runtime_call(const struct trace_syscall *call);

/* The place of `abi` in policy->abis. */
unsigned int policy_abi_index(const struct policy *policy, const struct arch *abi);

/* What options->rules ask for beyond calls and files; and whether a `never` among them forbids what was observed. After those. */
int policy_apply_rules(struct policy *policy, struct error *err);

/* An `allow` line that adds nothing to what was observed. */
void policy_rule_unneeded(struct policy *policy, const struct rule_line *rule);

/* A `never` line against what is needed: POLICY_FORBIDDEN, with the first of `by`. */
int policy_forbidden(const struct rule_line *rule, const char *what, const struct string_set *by, struct error *err);

void policy_syscall_done(struct policy_syscall *rule);
bool policy_file_is_needed(const struct trace_file *seen);
void policy_file_done(struct policy_file *rule);
void policy_capability_done(struct policy_capability *rule);

/* Adds a sentence to policy->notes. */
void policy_note(struct policy *policy, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
