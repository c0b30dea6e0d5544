/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: what we decided to allow, each rule with its reason.
 *
 *	policy_from_trace(&policy, trace, &options, err) → emitters read it, const → policy_free()
 *
 * Made from facts (a trace) and tables (knowledge); pure, so that the same trace gives the same
 * policy. Rules are sorted as they will be written. Strings belong to the policy.
 */
#ifndef SNUG_POLICY_H
#define SNUG_POLICY_H

#include <errno.h>

#include "snug/capability_finding.h"
#include "snug/error.h"
#include "snug/pattern.h"
#include "snug/rules.h"
#include "snug/trace.h"

/* Why a rule is there. A rule with several reasons bears the first of them that alone explains all of it. */
enum reason {
	REASON_OBSERVED,	/* "observed": the recording did it and it succeeded, or its failure was not a refusal */
	REASON_RUNTIME,		/* "runtime": a container runtime needs it between loading the filter and exec */
	REASON_ASSUMED,		/* "assumed": the recorder was not told of such calls, so that the program may make it */
	REASON_EQUIVALENT,	/* "equivalent": does the work of an observed call where that is not answered as then */
	REASON_GENERALISED,	/* "generalised": a pattern that replaces observed paths */
	REASON_BY_HAND,		/* "by hand": a line of `rules` */
	REASON_MAX_,
};

struct policy_condition {		/* on one argument; the value must equal one of those */
	unsigned int index;		/* of the argument, 0 to 5 */
	const char *argument;		/* its name; borrowed from a table */
	uint64_t mask;			/* compared under this mask */
	uint64_t *values;		/* owned, sorted */
	size_t count;
};

struct policy_syscall {
	char *name;
	enum reason reason;
	int answer;			/* 0 = the call is allowed; else the errno that it is refused with */
	uint32_t abis;			/* where it was seen: bit i = policy.abis[i]; a profile cannot tell them apart */
	struct policy_condition condition;	/* count 0 = unconditional */
	struct string_set by;		/* programs, runtimes, or the calls that it does the work of, as `reason` says */
	const struct rule_line *rule;	/* borrowed; the line that it is there for, by hand */
};

struct policy_file {
	struct pattern_piece *pieces;	/* owned */
	size_t piece_count;
	enum file_kind kind;
	uint32_t access;	/* set of enum access that succeeded */
	enum reason reason;
	struct string_set by;
	struct string_set covers;	/* the observed paths that a pattern replaced, at most 8; the receipt */
	const struct rule_line *rule;	/* borrowed; the line that it is there for, by hand */
};

struct policy_capability {
	int number;
	enum reason reason;
	bool inferred;		/* no recorder saw the kernel's check */
	const struct rule_line *rule;	/* borrowed; the line that it is there for, by hand */
	int stronger;		/* a capability that would do as well; CAPABILITY_NONE */
	struct string_set by, syscalls, why;
};

struct policy {
	const struct arch **abis;	/* owned array of rows, sorted by name; at most 32 */
	size_t abi_count;
	const struct arch *native;	/* one of them: what the container runtime runs under */
	struct policy_syscall *syscalls;	/* owned; sorted by answer, then reason, then name: one a name, and
					 * where a person added values of an argument, another by hand */
	size_t syscall_count;
	struct policy_file *files;		/* owned; sorted by pattern as text */
	size_t file_count;
	struct policy_capability *capabilities;	/* owned; sorted by number */
	size_t capability_count;
	struct capability_findings findings;	/* all that the trace says of capabilities, also what is not given */
	struct trace *trace;		/* borrowed: network, sockets, signals, mounts, ptraces and execs are rules as they stand */
	struct trace *by_hand;		/* owned; what `rules` add to those of the trace, as facts of nobody */
	const struct rules *rules;	/* borrowed; NULL = none */
	const struct rule_line **unneeded;	/* owned array of borrowed: `allow` lines of what was observed */
	size_t unneeded_count;
	bool complete;			/* the recording was */
	bool no_new_privs;		/* the run allows no-new-privileges: no set-id or file-capability program gained anything */
	struct string_set programs;	/* what was recorded: names of the commands, without folders and arguments */
	struct string_set images;	/* the images that they ran in; may be empty */
	struct string_set notes;	/* sentences for the reviewer: what was widened or left out, and why */
};

/* Which runtime's calls between filter load and exec are allowed. */
enum runtime_form {
	RUNTIME_UNION,		/* all that were measured: holds under every engine */
	RUNTIME_RECORDED,	/* what the recording itself shows, and what that runtime does by chance: the tight form */
	RUNTIME_NONE,		/* none: for filters loaded by the program itself */
};

struct policy_options {
	enum runtime_form runtime;
	const char *native_abi;		/* the ABI of a trace that names none; NULL = the machine's */
	const struct rules *rules;	/* what people decided; NULL = nothing. The policy borrows them */
};

/* -ENODATA when the trace holds nothing; -EINVAL for a call's name that no kernel can have,
 * or RUNTIME_RECORDED without a runtime in the recording; POLICY_FORBIDDEN when a `never` line of the rules forbids what the
 * recording or its runtime needs: the message names the line and who needs it. The policy borrows the trace. */
#define POLICY_FORBIDDEN (-EKEYREJECTED)

int policy_from_trace(struct policy **ret, struct trace *trace, const struct policy_options *options,
		      struct error *err);
struct policy *policy_free(struct policy *policy);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct policy *, policy_free);

const char *reason_name(enum reason reason);

#endif
