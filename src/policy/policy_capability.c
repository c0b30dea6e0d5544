/* SPDX-License-Identifier: Apache-2.0 */
/* Which capabilities the container keeps. */
#include "policy/build.h"
#include "snug/memory.h"
#include "snug/names.h"

void policy_capability_done(struct policy_capability *rule)
{
	string_set_done(&rule->by);
	string_set_done(&rule->syscalls);
	string_set_done(&rule->why);
}

static bool has_name(struct policy *policy, int number)
{
	char name[NAME_LENGTH];

	if (name_of(NAME_CAPABILITY, number, name)[0] != '#')
		return true;
	policy_note(policy, "capability %d has no name that an engine knows: it is not added", number);
	return false;
}

/* Findings are sorted by number; one capability may be kept for need and for effect. */
static void add_capability(struct policy *policy, const struct capability_finding *finding)
{
	struct policy_capability *rule = policy->capability_count
		? &policy->capabilities[policy->capability_count - 1] : NULL;

	if (!rule || rule->number != finding->number) {
		policy->capabilities = xrealloc(policy->capabilities, policy->capability_count + 1, sizeof(*rule));
		rule = &policy->capabilities[policy->capability_count++];
		*rule = (struct policy_capability){
			.number = finding->number, .reason = REASON_OBSERVED, .inferred = true,
			.stronger = finding->stronger,
		};
	}
	rule->inferred &= finding->inferred;
	string_set_union(&rule->by, &finding->by);
	string_set_union(&rule->syscalls, &finding->syscalls);
	string_set_union(&rule->why, &finding->why);
}

void policy_add_capabilities(struct policy *policy)
{
	findings_of_trace(&policy->findings, policy->trace, policy->no_new_privs);
	for (size_t i = 0; i < policy->findings.count; i++)
		if (policy->findings.items[i].kept && has_name(policy, policy->findings.items[i].number))
			add_capability(policy, &policy->findings.items[i]);
}
