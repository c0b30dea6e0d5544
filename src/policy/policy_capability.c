/* SPDX-License-Identifier: Apache-2.0 */
/* Which capabilities the container keeps. */
#include <linux/capability.h>
#include <string.h>

#include "policy/build.h"
#include "snug/memory.h"
#include "snug/names.h"

void policy_capability_done(struct policy_capability *rule)
{
	string_set_done(&rule->by);
	string_set_done(&rule->syscalls);
	string_set_done(&rule->why);
}

/* One that was granted and served its purpose. Granted for a call that failed all the same, it made no difference;
 * in a user namespace of the program's own it is the program's, whatever the container has. */
static bool is_needed(const struct trace_capability *seen)
{
	return seen->granted && !seen->own_userns &&
	       (seen->outcome == OUTCOME_OK || seen->outcome == OUTCOME_UNKNOWN);
}

/* Under no_new_privs anybody may load a seccomp filter: seccomp_prepare_filter(), kernel/seccomp.c. The profile sets it
 * where the run allows, so that a program that loads its own does not earn SYS_ADMIN. */
static bool no_new_privs_does(const struct policy *policy, const struct trace_capability *seen)
{
	return policy->no_new_privs && seen->number == CAP_SYS_ADMIN && seen->syscall &&
	       (strcmp(seen->syscall, "seccomp") == 0 || strcmp(seen->syscall, "prctl") == 0);
}

static struct policy_capability *find_or_add(struct policy *policy, int number)
{
	struct policy_capability *rules = policy->capabilities;
	size_t at = 0;

	while (at < policy->capability_count && rules[at].number < number)
		at++;
	if (at < policy->capability_count && rules[at].number == number)
		return &rules[at];
	rules = xrealloc(rules, policy->capability_count + 1, sizeof(*rules));
	memmove(rules + at + 1, rules + at, (policy->capability_count - at) * sizeof(*rules));
	rules[at] = (struct policy_capability){ .number = number, .reason = REASON_OBSERVED, .inferred = true };
	policy->capabilities = rules;
	policy->capability_count++;
	return &rules[at];
}

void policy_add_capabilities(struct policy *policy)
{
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->capabilities); i++) {
		const struct trace_capability *seen = map_value_at(trace->capabilities, i);
		struct policy_capability *rule;
		char name[NAME_LENGTH];

		if (!is_needed(seen) || no_new_privs_does(policy, seen))
			continue;
		if (name_of(NAME_CAPABILITY, seen->number, name)[0] == '#') {
			policy_note(policy, "capability %d has no name that an engine knows: it is not added", seen->number);
			continue;
		}
		rule = find_or_add(policy, seen->number);
		rule->inferred &= seen->inferred;
		string_set_union(&rule->by, seen->evidence.by);
		if (seen->syscall)
			string_set_add(&rule->syscalls, seen->syscall);
		if (seen->reason)
			string_set_add(&rule->why, seen->reason);
	}
}
