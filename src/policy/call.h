/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a call before it becomes a rule: gathered by policy_syscall.c, from people by policy_syscall_rules.c. */
#ifndef SNUG_POLICY_CALL_H
#define SNUG_POLICY_CALL_H

#include "snug/map.h"
#include "snug/policy.h"

/* What is known of one call. */
struct call {
	const char *name;		/* borrowed from a table or the trace */
	uint32_t abis;			/* where it was seen */
	bool observed;			/* the program called it */
	bool worked;			/* … and relies on what came of it: success, or a failure that is no refusal */
	bool assumed;			/* the program may call it: the recorder would not have seen that */
	bool runtime, equivalent;
	bool beyond_default;		/* Docker's default profile would have refused it */
	bool any_value;			/* the ruled argument had values that the trace does not hold */
	struct string_set values;	/* of the ruled argument, as in the trace */
	struct string_set refusals;	/* errnos of the kernel's refusals */
	struct string_set programs, runtimes, instead_of;
	const struct rule_line *any_by_hand;	/* the line that allows it whatever its arguments */
	const struct rule_line *by_hand;	/* the first line that allows values of an argument */
	struct string_set values_by_hand;	/* of that argument, as above */
};

struct call *call_of(struct map *calls, const char *name);	/* made where it is missing; borrows `name` */

/* Answered with ENOSYS although it was observed, so that a libc falls back to another. */
bool call_is_replaced(const struct call *call);

/* Which argument is compared, under which mask. Returns false when it is not the same on all ABIs: no profile can rule on
 * one ABI alone. */
bool condition_choose(const struct policy *policy, struct policy_condition *condition, const char *call, const char *name,
		      uint64_t mask);

/* The values under the condition's mask, each once; and 0 with `and_none`. */
void condition_fill(struct policy_condition *condition, const struct string_set *values, bool and_none);

/* A rule that allows the call, the last of policy->syscalls. */
struct policy_syscall *policy_new_syscall(struct policy *policy, const struct call *call);

void calls_gather_rules(struct map *calls, const struct rules *rules);

/* Holds `never` against the call's rule. `*rule` becomes NULL when nothing speaks against leaving it out. */
int syscall_check_never(struct policy *policy, struct map *calls, struct policy_syscall **rule, struct error *err);

/* What people allow beside `before`, the rule that the call has anyhow (NULL = none). */
int syscall_add_by_hand(struct policy *policy, const struct call *call, struct policy_syscall *before, struct error *err);

#endif
