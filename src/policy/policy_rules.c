/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people decided, for all classes but calls and files: an `allow` becomes a fact of nobody, a `never` is held against
 * what was observed. One row a class.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "snug/memory.h"
#include "snug/names.h"

void policy_rule_unneeded(struct policy *policy, const struct rule_line *rule)
{
	size_t at = policy->unneeded_count;

	policy->unneeded = xrealloc(policy->unneeded, at + 1, sizeof(*policy->unneeded));
	for (; at > 0 && policy->unneeded[at - 1]->line > rule->line; at--)
		policy->unneeded[at] = policy->unneeded[at - 1];
	policy->unneeded[at] = rule;
	policy->unneeded_count++;
}

int policy_forbidden(const struct rule_line *rule, const char *what, const struct string_set *by, struct error *err)
{
	const char *first = by && by->count ? by->items[0] : "a program";

	return error_set(err, POLICY_FORBIDDEN, "line %zu of the rules says never %s, and %s needs %s", rule->line,
			 rule->fact, first, what);
}

static bool is_needed(enum outcome outcome)
{
	return outcome == OUTCOME_OK || outcome == OUTCOME_UNKNOWN;
}

/* --- capabilities --------------------------------------------------------- */

static struct policy_capability *find_capability(const struct policy *policy, int number)
{
	for (size_t i = 0; i < policy->capability_count; i++)
		if (policy->capabilities[i].number == number)
			return &policy->capabilities[i];
	return NULL;
}

static bool allow_capability(struct policy *policy, const struct rule_line *rule)
{
	size_t at = policy->capability_count;
	struct policy_capability *rules;

	if (find_capability(policy, rule->number))
		return false;
	rules = policy->capabilities = xrealloc(policy->capabilities, at + 1, sizeof(*rules));
	for (; at > 0 && rules[at - 1].number > rule->number; at--)
		rules[at] = rules[at - 1];
	rules[at] = (struct policy_capability){
		.number = rule->number, .stronger = CAPABILITY_NONE, .reason = REASON_BY_HAND, .rule = rule };
	policy->capability_count++;
	return true;
}

static int forbid_capability(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct policy_capability *needed = find_capability(policy, rule->number);

	return needed ? policy_forbidden(rule, "it", &needed->by, err) : 0;
}

/* --- facts that are rules as they stand ------------------------------------- */

static bool add_fact(struct policy *policy, const struct event *event)
{
	trace_add_event(policy->by_hand, event);
	return true;
}

static const struct trace_network *find_network(const struct policy *policy, const struct rule_line *rule)
{
	for (size_t i = 0; i < map_count(policy->trace->network); i++) {
		const struct trace_network *seen = map_value_at(policy->trace->network, i);

		if (seen->family == rule->number && (rule->type < 0 || seen->type == rule->type) && is_needed(seen->outcome))
			return seen;
	}
	return NULL;
}

static bool allow_network(struct policy *policy, const struct rule_line *rule)
{
	if (rule->type >= 0 && find_network(policy, rule))
		return false;
	return add_fact(policy, &(struct event){ .kind = EVENT_NETWORK, .network = {
		.family = rule->number, .type = rule->type, .protocol = -1, .act = SOCKET_CREATE } });
}

static int forbid_network(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct trace_network *seen = find_network(policy, rule);

	return seen ? policy_forbidden(rule, "it", seen->evidence.by, err) : 0;
}

static bool is_at(const struct trace_socket *seen, const struct rule_line *rule)
{
	if (!seen->address || seen->type != rule->type)
		return false;
	if (rule->address)
		return strcmp(seen->address, rule->address) == 0;
	return pattern_match(rule->pattern.pieces, rule->pattern.count, seen->address);
}

static const struct trace_socket *find_unix(const struct policy *policy, const struct rule_line *rule)
{
	for (size_t i = 0; i < map_count(policy->trace->sockets); i++) {
		const struct trace_socket *seen = map_value_at(policy->trace->sockets, i);

		if (is_needed(seen->outcome) && is_at(seen, rule))
			return seen;
	}
	return NULL;
}

static bool allow_unix(struct policy *policy, const struct rule_line *rule)
{
	CLEANUP(text_done) struct text address = TEXT_EMPTY;

	if (find_unix(policy, rule) && (rule->address || pattern_is_literal(rule->pattern.pieces, rule->pattern.count)))
		return false;
	pattern_text(&address, rule->pattern.pieces, rule->pattern.count);
	return add_fact(policy, &(struct event){ .kind = EVENT_UNIX, .unix_socket = {
		.address = rule->address ? rule->address : text_cstr(&address), .type = rule->type, .act = SOCKET_CONNECT } });
}

static int forbid_unix(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct trace_socket *seen = find_unix(policy, rule);

	return seen ? policy_forbidden(rule, seen->address, seen->evidence.by, err) : 0;
}

static const struct trace_signal *find_signal(const struct policy *policy, const struct rule_line *rule)
{
	for (size_t i = 0; i < map_count(policy->trace->signals); i++) {
		const struct trace_signal *seen = map_value_at(policy->trace->signals, i);

		if (seen->number == rule->number && seen->target == SIGNAL_TO_OUTSIDE && is_needed(seen->outcome))
			return seen;
	}
	return NULL;
}

static bool allow_signal(struct policy *policy, const struct rule_line *rule)
{
	return !find_signal(policy, rule) && add_fact(policy, &(struct event){ .kind = EVENT_SIGNAL, .signal = {
		.number = rule->number, .target = SIGNAL_TO_OUTSIDE } });
}

static int forbid_signal(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct trace_signal *seen = find_signal(policy, rule);

	return seen ? policy_forbidden(rule, "it", seen->evidence.by, err) : 0;
}

/* What is not "read" asks for "trace". */
static const struct trace_ptrace *find_ptrace(const struct policy *policy, const struct rule_line *rule)
{
	for (size_t i = 0; i < map_count(policy->trace->ptraces); i++) {
		const struct trace_ptrace *seen = map_value_at(policy->trace->ptraces, i);

		if ((strcmp(seen->act, "read") == 0) == (strcmp(rule->act, "read") == 0) &&
		    seen->target == SIGNAL_TO_OUTSIDE && is_needed(seen->outcome))
			return seen;
	}
	return NULL;
}

static bool allow_ptrace(struct policy *policy, const struct rule_line *rule)
{
	return !find_ptrace(policy, rule) && add_fact(policy, &(struct event){ .kind = EVENT_PTRACE, .ptrace = {
		.act = rule->act, .target = SIGNAL_TO_OUTSIDE } });
}

static int forbid_ptrace(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct trace_ptrace *seen = find_ptrace(policy, rule);

	return seen ? policy_forbidden(rule, "it", seen->evidence.by, err) : 0;
}

static bool is_same(const char *wanted, const char *seen)
{
	return !wanted || (seen && strcmp(wanted, seen) == 0);
}

static const struct trace_mount *find_mount(const struct policy *policy, const struct rule_line *rule)
{
	for (size_t i = 0; i < map_count(policy->trace->mounts); i++) {
		const struct trace_mount *seen = map_value_at(policy->trace->mounts, i);

		if (is_same(rule->act, seen->act) && is_same(rule->target, seen->target) && is_same(rule->source, seen->source) &&
		    is_same(rule->kind, seen->type) && (!rule->flags || rule->flags == seen->flags) && is_needed(seen->outcome))
			return seen;
	}
	return NULL;
}

static bool allow_mount(struct policy *policy, const struct rule_line *rule)
{
	const struct trace_mount *seen = find_mount(policy, rule);

	if (seen && seen->flags == rule->flags && is_same(seen->source, rule->source) && is_same(seen->type, rule->kind))
		return false;
	return add_fact(policy, &(struct event){ .kind = EVENT_MOUNT, .mount = {
		.act = rule->act, .source = rule->source, .target = rule->target, .type = rule->kind, .flags = rule->flags } });
}

static int forbid_mount(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	const struct trace_mount *seen = find_mount(policy, rule);

	return seen ? policy_forbidden(rule, "it", seen->evidence.by, err) : 0;
}

/* `allow` returns false when it was observed; `forbid` POLICY_FORBIDDEN then. Calls and files have their own place. */
static const struct {
	bool (*allow)(struct policy *policy, const struct rule_line *rule);
	int (*forbid)(const struct policy *policy, const struct rule_line *rule, struct error *err);
} class_rows[LINE_CLASS_MAX_] = {
	[LINE_CAPABILITY] = { allow_capability, forbid_capability },
	[LINE_MOUNT] = { allow_mount, forbid_mount },
	[LINE_NETWORK] = { allow_network, forbid_network },
	[LINE_PTRACE] = { allow_ptrace, forbid_ptrace },
	[LINE_SIGNAL] = { allow_signal, forbid_signal },
	[LINE_UMOUNT] = { allow_mount, forbid_mount },
	[LINE_UNIX] = { allow_unix, forbid_unix },
};

int policy_apply_rules(struct policy *policy, struct error *err)
{
	policy->by_hand = trace_new();
	trace_begin_run(policy->by_hand, "rules");
	for (size_t i = 0; policy->rules && i < policy->rules->count; i++) {
		const struct rule_line *rule = &policy->rules->items[i];
		int code = 0;

		if (!class_rows[rule->class].allow)
			continue;
		if (rule->never)
			code = class_rows[rule->class].forbid(policy, rule, err);
		else if (!class_rows[rule->class].allow(policy, rule))
			policy_rule_unneeded(policy, rule);
		if (code < 0)
			return code;
	}
	return 0;
}
