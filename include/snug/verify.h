/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a profile hold for what was recorded? The answer as data.
 *
 * What is needed is what policy makes of the trace; whether it is granted is asked of the profile's own compiled
 * filter (filter.h) and of its capability list, so that a profile that was edited by hand, or came from somewhere else, is judged too.
 */
#ifndef SNUG_VERIFY_H
#define SNUG_VERIFY_H

#include <stddef.h>

#include "snug/filter.h"
#include "snug/policy.h"
#include "snug/risk.h"

/* One thing that the recording needs and the profile refuses. */
struct gap {
	char *what;			/* owned: "call 'socket' with domain 16" */
	struct string_set by;		/* programs that need it */
	enum risk_level risk;		/* of allowing it */
};

struct verdict {
	struct gap *gaps;		/* owned; the riskiest first, then by `what` */
	size_t gap_count;
	size_t call_count, capability_count;	/* how many were judged */
};

/* Adds what `filter` refuses of the calls in `needed`. */
void verify_calls(struct verdict *verdict, const struct policy *needed, const struct filter *filter);

/* The same for the capabilities; `cap_add` is the text of a cap-add.txt: one name a line. */
void verify_capabilities(struct verdict *verdict, const struct policy *needed, const char *cap_add);

void verdict_done(struct verdict *verdict);

#endif
