/* SPDX-License-Identifier: Apache-2.0 */
/* Which paths the program may use: one literal rule for each that it used. */
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "snug/memory.h"

void policy_file_done(struct policy_file *rule)
{
	for (size_t i = 0; i < rule->piece_count; i++)
		free(rule->pieces[i].bytes);
	free(rule->pieces);
	string_set_done(&rule->by);
	string_set_done(&rule->covers);
}

/* A path that did not exist, and one that was refused, need no rule: a refusal is what they met. */
static bool is_needed(const struct trace_file *seen)
{
	return seen->outcome == OUTCOME_OK || seen->outcome == OUTCOME_UNKNOWN;
}

static void add_rule(struct policy *policy, const struct trace_file *seen, enum file_kind kind)
{
	struct policy_file *rule = &policy->files[policy->file_count++];

	*rule = (struct policy_file){ .kind = kind, .access = seen->access, .reason = REASON_OBSERVED, .piece_count = 1 };
	rule->pieces = xcalloc(1, sizeof(*rule->pieces));
	rule->pieces[0] = (struct pattern_piece){ PATTERN_LITERAL, xstrdup(seen->path) };
	string_set_union(&rule->by, seen->evidence.by);
}

/* Among the rules that were made last is one of the same path and kind: it was seen with another outcome. */
static bool extends_last(struct policy *policy, const struct trace_file *seen, enum file_kind kind)
{
	for (size_t i = policy->file_count; i-- > 0;) {
		struct policy_file *rule = &policy->files[i];

		if (strcmp(rule->pieces[0].bytes, seen->path) != 0)
			return false;
		if (rule->kind != kind)
			continue;
		rule->access |= seen->access;
		string_set_union(&rule->by, seen->evidence.by);
		return true;
	}
	return false;
}

static void add_kind(struct policy *policy, const struct trace_file *seen, enum file_kind kind)
{
	if (!extends_last(policy, seen, kind))
		add_rule(policy, seen, kind);
}

static size_t most_rules(struct trace *trace)
{
	size_t most = 0;

	for (size_t i = 0; i < map_count(trace->files); i++) {
		const struct trace_file *seen = map_value_at(trace->files, i);

		most += seen->kinds ? (size_t)__builtin_popcount(seen->kinds) : 1;
	}
	return most;
}

/* The trace walks by path and then by outcome, so that the entries of one path come together. */
void policy_add_files(struct policy *policy)
{
	struct trace *trace = policy->trace;
	size_t count = map_count(trace->files);

	policy->files = xcalloc(most_rules(trace), sizeof(*policy->files));
	for (size_t i = 0; i < count; i++) {
		const struct trace_file *seen = map_value_at(trace->files, i);

		if (!is_needed(seen))
			continue;
		if (!seen->kinds)
			add_kind(policy, seen, FILE_KIND_UNKNOWN);
		for (int kind = 0; kind < FILE_KIND_MAX_; kind++)
			if (seen->kinds & KIND_BIT(kind))
				add_kind(policy, seen, (enum file_kind)kind);
	}
}
