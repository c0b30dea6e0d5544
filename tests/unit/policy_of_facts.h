/* SPDX-License-Identifier: Apache-2.0 */
/* A trace from its JSON, and the policy of it: what tests of policies' differences begin with. */
#ifndef SNUG_TESTS_UNIT_POLICY_OF_FACTS_H
#define SNUG_TESTS_UNIT_POLICY_OF_FACTS_H

#include <stdio.h>
#include <string.h>

#include "snug/policy.h"
#include "snug/trace.h"

/* Both are owned by the caller, the trace also on failure. Returns 0, or a negative errno after a line of TAP on why. */
static inline int policy_of_facts(struct trace **trace, struct policy **policy, const char *json)
{
	static const struct policy_options options = { .runtime = RUNTIME_NONE, .native_abi = "x86_64" };
	struct error err = ERROR_NONE;
	int code = trace_read(trace, json, strlen(json), "facts", &err);

	if (code == 0)
		code = policy_from_trace(policy, *trace, &options, &err);
	if (code < 0)
		printf("# %s\n", err.text);
	return code;
}

#endif
