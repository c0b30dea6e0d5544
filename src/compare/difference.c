/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of one policy that another does not have, or only in part. */
#include "snug/difference.h"

#include <stdlib.h>
#include <string.h>

#include "snug/map.h"
#include "snug/memory.h"

/* The rules of one side, found by class and subject; those that are patterns beside it, since they allow other subjects too. */
struct side {
	struct rule_list list;
	struct map *by_subject;		/* class, subject → borrowed struct rule * */
	const struct rule **patterns;	/* owned array */
	size_t pattern_count;
};

/* Paths are one kind of thing, executed or opened. */
static char class_key(enum rule_class class)
{
	return (char)('a' + (class == RULE_PROGRAM ? RULE_FILE : class));
}

static const struct rule *find(const struct side *side, enum rule_class class, const char *subject, size_t length)
{
	auto_free char *key = xcalloc(length + 2, 1);

	if (!side->by_subject)
		return NULL;
	key[0] = class_key(class);
	memcpy(key + 1, subject, length);
	return map_get(side->by_subject, key, length + 1);
}

static bool is_pattern(const struct rule *rule)
{
	for (size_t i = 0; rule->file && i < rule->file->piece_count; i++)
		if (rule->file->pieces[i].kind != PATTERN_LITERAL)
			return true;
	return false;
}

static void side_fill(struct side *side, const struct policy *policy)
{
	rule_list_from_policy(&side->list, policy);
	side->by_subject = map_new(NULL);
	side->patterns = xcalloc(side->list.count + 1, sizeof(*side->patterns));
	for (size_t i = 0; i < side->list.count; i++) {
		struct rule *rule = &side->list.items[i];
		auto_free char *key = xasprintf("%c%s", class_key(rule->class), rule->subject);

		*map_slot(side->by_subject, key, strlen(key)) = rule;
		if (is_pattern(rule))
			side->patterns[side->pattern_count++] = rule;
	}
}

static void side_done(struct side *side)
{
	rule_list_done(&side->list);
	if (side->by_subject)
		map_free(side->by_subject);
	free(side->patterns);
}

/* What `side` allows to be done to the paths of `rule`. */
static uint32_t granted_access(const struct side *side, const struct rule *rule)
{
	const struct rule *same = find(side, rule->class, rule->subject, strlen(rule->subject));
	uint32_t access = same ? same->access : 0;

	for (size_t i = 0; rule->file && i < side->pattern_count; i++) {
		const struct policy_file *wide = side->patterns[i]->file;

		if (rule->access & ~access &&
		    pattern_covers(wide->pieces, wide->piece_count, rule->file->pieces, rule->file->piece_count))
			access |= side->patterns[i]->access;
	}
	return access;
}

/* A call that is allowed whatever its arguments is allowed with each of them. */
static bool allows_call(const struct side *side, const struct rule *rule)
{
	return rule->class == RULE_ARGUMENT &&
	       find(side, RULE_SYSCALL, rule->subject, strcspn(rule->subject, " "));
}

/* Is there anything in `rule` that `side` lacks? `*ret_access` is what of its access. */
static bool lacks(const struct side *side, const struct rule *rule, uint32_t *ret_access)
{
	*ret_access = rule->access;
	if (rule->access) {
		*ret_access &= ~granted_access(side, rule);
		return *ret_access != 0;
	}
	return !find(side, rule->class, rule->subject, strlen(rule->subject)) && !allows_call(side, rule);
}

static void add_change(struct difference *difference, bool added, const struct rule *rule, uint32_t access)
{
	struct change *change;
	const struct risk *risk;

	if ((difference->count & (difference->count - 1)) == 0)	/* room for twice as many */
		difference->changes = xrealloc(difference->changes, difference->count * 2 + 1,
					       sizeof(*difference->changes));
	change = &difference->changes[difference->count++];
	*change = (struct change){ .added = added, .rule = *rule };
	change->rule.subject = xstrdup(rule->subject);
	change->rule.by = change->rule.runs = (struct string_set)STRING_SET_EMPTY;
	string_set_union(&change->rule.by, &rule->by);
	string_set_union(&change->rule.runs, &rule->runs);
	change->rule.access = access;
	if (rule->class == RULE_PROGRAM && !(access & ACCESS_EXECUTE))
		change->rule.class = RULE_FILE;
	risk = rule_risk(&change->rule);
	change->risk = risk ? risk->level : RISK_LOW;
}

static bool is_of_program(const struct rule *rule)
{
	return rule->class != RULE_REFUSAL && rule->reason != REASON_EQUIVALENT && rule->reason != REASON_RUNTIME;
}

static void add_lacking(struct difference *difference, const struct side *of, const struct side *other, bool added,
			unsigned int flags)
{
	for (size_t i = 0; i < of->list.count; i++) {
		const struct rule *rule = &of->list.items[i];
		uint32_t access;

		if (flags & DIFFERENCE_NEEDED_ONLY && !is_of_program(rule))
			continue;
		if (lacks(other, rule, &access))
			add_change(difference, added, rule, access);
	}
}

static bool is_changing(const struct change *change)
{
	return change->rule.class == RULE_FILE && change->rule.access & ACCESS_CHANGES;
}

static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->added != y->added)
		return x->added ? -1 : 1;
	if (x->risk != y->risk)
		return x->risk > y->risk ? -1 : 1;
	if (x->rule.class != y->rule.class)
		return x->rule.class < y->rule.class ? -1 : 1;
	if (is_changing(x) != is_changing(y))
		return is_changing(x) ? -1 : 1;
	return strcmp(x->rule.subject, y->rule.subject);
}

void difference_from_policies(struct difference *ret, const struct policy *old, const struct policy *new,
			      unsigned int flags)
{
	struct side before = { 0 }, after = { 0 };

	if (old)
		side_fill(&before, old);
	side_fill(&after, new);
	*ret = (struct difference){ 0 };
	add_lacking(ret, &after, &before, true, flags);
	if (!(flags & DIFFERENCE_ADDED_ONLY))
		add_lacking(ret, &before, &after, false, flags);
	if (ret->count)
		qsort(ret->changes, ret->count, sizeof(*ret->changes), compare_changes);
	side_done(&before);
	side_done(&after);
}

void difference_done(struct difference *difference)
{
	for (size_t i = 0; i < difference->count; i++) {
		free(difference->changes[i].rule.subject);
		string_set_done(&difference->changes[i].rule.by);
		string_set_done(&difference->changes[i].rule.runs);
	}
	free(difference->changes);
	*difference = (struct difference){ 0 };
}
