/* SPDX-License-Identifier: Apache-2.0 */
/* Which paths the program may use: one rule for each that it used, or for the pattern that it falls under. */
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/generalise.h"
#include "policy/varying_part.h"
#include "snug/map.h"
#include "snug/memory.h"

#define COVERS_MAX 8	/* paths of a receipt */

struct builder {
	const struct map *varying;	/* see generalise.h */
	struct map *rules;		/* pattern and kind → struct policy_file * */
};

void policy_file_done(struct policy_file *rule)
{
	for (size_t i = 0; i < rule->piece_count; i++)
		free(rule->pieces[i].bytes);
	free(rule->pieces);
	string_set_done(&rule->by);
	string_set_done(&rule->covers);
}

/* A path that did not exist, and one that was refused, need no rule. Any other failure does: an LSM is asked
 * before rmdir(2) finds a folder full, and a confined program would get EACCES in the place of ENOTEMPTY. */
bool policy_file_is_needed(const struct trace_file *seen)
{
	return seen->outcome == OUTCOME_OK || seen->outcome == OUTCOME_UNKNOWN;
}

static struct pieces *pattern_of(struct builder *b, const char *path)
{
	struct pieces *pattern = pieces_new();
	size_t start = 0, end;

	for (;;) {
		const struct pieces *part;

		end = start + strcspn(path + start, "/");
		part = map_get(b->varying, path, end);
		if (part)
			pieces_append(pattern, part);
		else
			pieces_add_literal(pattern, path + start, end - start);
		if (!path[end])
			return pattern;
		pieces_add_literal(pattern, "/", 1);
		start = end + 1;
	}
}

static bool is_pattern(const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++)
		if (pieces->items[i].kind != PATTERN_LITERAL)
			return true;
	return false;
}

static struct policy_file *rule_for(struct builder *b, const char *path, enum file_kind kind)
{
	CLEANUP(pieces_freep) struct pieces *pattern = pattern_of(b, path);
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct policy_file *rule;
	void **slot;

	pieces_key(pattern, &key);
	text_putc(&key, '\0');
	text_putc(&key, (char)('a' + kind));
	slot = map_slot(b->rules, key.data, key.length);
	if (*slot)
		return *slot;
	rule = *slot = xcalloc(1, sizeof(*rule));
	rule->kind = kind;
	rule->reason = is_pattern(pattern) ? REASON_GENERALISED : REASON_OBSERVED;
	rule->pieces = steal_ptr(pattern->items);
	rule->piece_count = pattern->count;
	pattern->count = 0;
	rule->by.limit = TRACE_BY_MAX;
	rule->covers.limit = COVERS_MAX;
	return rule;
}

static void add_file(struct builder *b, const struct trace_file *file)
{
	for (int kind = 0; kind < FILE_KIND_MAX_; kind++) {
		struct policy_file *rule;

		if (!(file->kinds & KIND_BIT(kind)) && !(kind == FILE_KIND_UNKNOWN && file->kinds == 0))
			continue;
		rule = rule_for(b, file->path, (enum file_kind)kind);
		rule->access |= file->access;
		string_set_union(&rule->by, file->evidence.by);
		if (rule->reason == REASON_GENERALISED)
			string_set_add(&rule->covers, file->path);
	}
}

void policy_add_files(struct policy *policy)
{
	CLEANUP(map_freep) struct map *varying = generalise_parts(policy);
	CLEANUP(map_freep) struct map *rules = map_new(free);
	struct builder builder = { varying, rules };
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->files); i++)
		if (policy_file_is_needed(map_value_at(trace->files, i)))
			add_file(&builder, map_value_at(trace->files, i));
	policy->file_count = map_count(rules);
	policy->files = xcalloc(policy->file_count ?: 1, sizeof(*policy->files));
	for (size_t i = 0; i < policy->file_count; i++)
		policy->files[i] = *(struct policy_file *)map_value_at(rules, i);
}
