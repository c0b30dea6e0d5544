/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace says of each capability: its uses under one verdict, with who did it, in which calls and why.
 *
 *	findings_of_trace(&findings, trace) → walk → findings_done()
 *
 * For the policy, which gives what is kept, and for people, who are told the rest.
 */
#ifndef SNUG_CAPABILITY_FINDING_H
#define SNUG_CAPABILITY_FINDING_H

#include "snug/capability_verdict.h"
#include "snug/trace.h"

/* Key: number, verdict, kept. */
struct capability_finding {
	int number;		/* CAP_*; of what is kept: the one to give, where the kernel takes either of two */
	enum capability_verdict verdict;
	bool kept;		/* the container is given it */
	bool inferred;		/* no recorder saw the kernel ask */
	int stronger;		/* a capability that would do as well for all of it; CAPABILITY_NONE */
	struct string_set by, syscalls;
	struct string_set why;	/* functions of the kernel, or words */
	struct string_set effects;	/* words: what is else without it */
};

struct capability_findings {
	struct capability_finding *items;	/* owned; sorted by number, verdict */
	size_t count;
};

/* `no_new_privs`: the container runs under it, so that anybody may load a seccomp filter or a Landlock rule set. */
void findings_of_trace(struct capability_findings *ret, struct trace *trace, bool no_new_privs);
void findings_done(struct capability_findings *findings);
void finding_done(struct capability_finding *finding);

/* In words: "FSETID: keeps the set-id bits of a file (chmod)". */
void finding_describe(struct text *out, const struct capability_finding *finding);

#endif
