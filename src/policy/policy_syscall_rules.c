/* SPDX-License-Identifier: Apache-2.0 */
/* What people decided about calls: values of arguments that are added, calls that are forbidden. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/call.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/ruling.h"

static void add_value_by_hand(struct call *call, const struct rule_line *rule, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%020" PRIu64, value);
	string_set_add(&call->values_by_hand, digits);
	if (!call->by_hand)
		call->by_hand = rule;
}

/* A socket of that family has to be made. */
static void allow_family(struct map *calls, const struct rule_line *rule)
{
	int family = rule->number;

	if (rule->class == LINE_UNIX)
		value_of(NAME_FAMILY, "unix", &family);
	add_value_by_hand(call_of(calls, "socket"), rule, (uint64_t)family);
}

void calls_gather_rules(struct map *calls, const struct rules *rules)
{
	for (size_t i = 0; rules && i < rules->count; i++) {
		const struct rule_line *rule = &rules->items[i];
		struct call *call;

		if (rule->never)
			continue;
		if (rule->class == LINE_NETWORK || rule->class == LINE_UNIX)
			allow_family(calls, rule);
		if (rule->class != LINE_SYSCALL)
			continue;
		call = call_of(calls, rule->call);
		if (!rule->value_count && !call->any_by_hand)
			call->any_by_hand = rule;
		for (size_t j = 0; j < rule->value_count; j++)
			add_value_by_hand(call, rule, rule->values[j]);
	}
}

static bool is_unconditional(const struct policy_syscall *rule)
{
	return rule && !rule->answer && !rule->condition.count;
}

static bool has_value(const struct policy_syscall *rule, uint64_t value)
{
	for (size_t i = 0; rule && i < rule->condition.count; i++)
		if (rule->condition.values[i] == value)
			return true;
	return false;
}

/* Leaves the values that `before` does not allow already. */
static void drop_values(struct policy_condition *condition, const struct policy_syscall *before)
{
	size_t count = 0;

	for (size_t i = 0; i < condition->count; i++)
		if (!has_value(before, condition->values[i]))
			condition->values[count++] = condition->values[i];
	condition->count = count;
}

/* A rule without a condition takes the place of what the recording asks for; a profile cannot hold both. */
static void replace_rule(struct policy *policy, struct policy_syscall *before)
{
	if (!before)
		return;
	policy_syscall_done(before);
	policy->syscall_count--;
}

/* What people allow beside `before`, the rule that the call has anyhow (NULL = none). */
static int add_rule(struct policy *policy, const struct call *call, struct policy_syscall *before, struct error *err)
{
	const struct rule_line *line = call->any_by_hand ? call->any_by_hand : call->by_hand;
	const struct ruling *ruling = ruling_of(call->name);
	struct policy_condition condition = { 0 };
	struct policy_syscall *rule;

	if (!line || is_unconditional(before))
		return 0;
	if (!call->any_by_hand) {
		const char *argument = line->argument ? line->argument : ruling ? ruling->argument : "";

		if (!condition_choose(policy, &condition, call->name, argument, ruling ? ruling->mask : 0))
			return error_set(err, -EINVAL, "line %zu of the rules: '%s' is not at the same place on every ABI of "
					 "the recording", line->line, argument);
		condition_fill(&condition, &call->values_by_hand, false);
		drop_values(&condition, before);
	}
	if (call->any_by_hand || (before && before->answer))
		replace_rule(policy, before);
	if (!call->any_by_hand && !condition.count) {
		free(condition.values);
		return 0;
	}
	rule = policy_new_syscall(policy, call);
	rule->reason = REASON_BY_HAND;
	rule->rule = line;
	rule->condition = condition;
	return 0;
}

/* Is all that the line allows allowed for what was observed alone? */
static bool is_observed(const struct policy_syscall *before, const struct rule_line *rule)
{
	const struct ruling *ruling = ruling_of(rule->call);
	uint64_t mask = before ? before->condition.mask : 0;

	if (!before || before->answer || before->reason != REASON_OBSERVED)
		return false;
	if (is_unconditional(before))
		return true;
	for (size_t i = 0; i < rule->value_count; i++)
		if (!ruling || !has_value(before, rule->values[i] & mask))
			return false;
	return rule->value_count > 0;
}

static bool forbids(const struct rule_line *rule, const struct policy_syscall *needed)
{
	if (strcmp(rule->call, needed->name) != 0 || needed->answer)
		return false;
	if (!rule->argument || !needed->condition.count || strcmp(rule->argument, needed->condition.argument) != 0)
		return true;	/* a profile could not keep the value apart */
	for (size_t i = 0; i < rule->value_count; i++)
		if (has_value(needed, rule->values[i] & needed->condition.mask))
			return true;
	return false;
}

/* An equivalent that no refused call falls back to: the recorded programs do without. */
static bool is_spare(struct map *calls, const struct policy_syscall *rule)
{
	for (size_t i = 0; i < rule->by.count; i++) {
		const char *name = rule->by.items[i];
		const struct call *original = map_get(calls, name, strlen(name));

		if (original && original->observed && call_is_replaced(original))
			return false;
	}
	return rule->reason == REASON_EQUIVALENT;
}

int syscall_check_never(struct policy *policy, struct map *calls, struct policy_syscall **rule, struct error *err)
{
	for (size_t i = 0; policy->rules && i < policy->rules->count && *rule; i++) {
		const struct rule_line *line = &policy->rules->items[i];
		auto_free char *what = NULL;

		if (!line->never || line->class != LINE_SYSCALL || !forbids(line, *rule))
			continue;
		if (is_spare(calls, *rule)) {
			replace_rule(policy, *rule);
			*rule = NULL;
			return 0;
		}
		what = line->argument && !(*rule)->condition.count
			? xasprintf("it whatever its %s", line->argument) : xstrdup("it");
		return policy_forbidden(line, what, &(*rule)->by, err);
	}
	return 0;
}

static void report_unneeded(struct policy *policy, const char *call, const struct policy_syscall *before)
{
	for (size_t i = 0; policy->rules && i < policy->rules->count; i++) {
		const struct rule_line *rule = &policy->rules->items[i];

		if (!rule->never && rule->class == LINE_SYSCALL && strcmp(rule->call, call) == 0 && is_observed(before, rule))
			policy_rule_unneeded(policy, rule);
	}
}

int syscall_add_by_hand(struct policy *policy, const struct call *call, struct policy_syscall *before, struct error *err)
{
	report_unneeded(policy, call->name, before);
	return add_rule(policy, call, before, err);
}
