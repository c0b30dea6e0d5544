/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy as one flat, sorted list of rules: what people read, compare and ask about.
 *
 * A rule allows one thing. What AppArmor and seccomp do not tell apart a reader may still want to (a connection to
 * another port), so that a rule here is as fine as the facts are on every machine, and no finer. What asks for no
 * permission (looking at attributes) is no rule.
 */
#ifndef SNUG_RULE_LIST_H
#define SNUG_RULE_LIST_H

#include "snug/policy.h"
#include "snug/risk.h"

enum rule_class {		/* in the order of a reviewer's interest */
	RULE_ABI,		/* "abi": calls of another ABI of this machine; subject "x86" */
	RULE_CAPABILITY,	/* "capability": "NET_ADMIN" */
	RULE_PRIVILEGES,	/* "privileges": programs may gain some by exec: no-new-privileges is not set */
	RULE_MOUNT,		/* "mount" */
	RULE_PTRACE,		/* "ptrace": of processes outside of the container; "read" */
	RULE_SIGNAL,		/* "signal": to processes outside of the container; "term" */
	RULE_PROGRAM,		/* "program": a file that is executed */
	RULE_NETWORK,		/* "network": sockets of a kind ("inet stream"), and where they listen and connect */
	RULE_UNIX,		/* "unix": unix sockets without a path; "@name" */
	RULE_FILE,		/* "file": any other use of a path; subject is the path or pattern, see pattern.h */
	RULE_SYSCALL,		/* "syscall": whatever its arguments; "statx" */
	RULE_ARGUMENT,		/* "argument": a call with one value; "socket domain netlink" */
	RULE_REFUSAL,		/* "refusal": a call that is answered with an errno; "mount EPERM" */
	RULE_CLASS_MAX_,
};

struct rule {
	enum rule_class class;
	char *subject;		/* owned, printable; tells rules of a class apart */
	uint32_t access;	/* what is done: enum access of files and programs, enum socket_act of sockets, else 0 */
	enum reason reason;
	struct string_set by;	/* as in the policy: programs, runtimes or calls, as `reason` says */
	struct string_set runs;	/* of what is a rule as it was observed; calls, files and capabilities leave it empty */
	const struct rule_line *line;	/* borrowed from the rules; what it is there for, by hand; NULL where that is not known */
	const struct policy_file *file;	/* borrowed from the policy; NULL where it is of no path */
};

struct rule_list {
	struct rule *items;	/* owned; sorted by class, then subject */
	size_t count;
};

/* The list borrows from the policy. */
void rule_list_from_policy(struct rule_list *ret, const struct policy *policy);
void rule_list_done(struct rule_list *list);

const char *rule_class_name(enum rule_class class);

/* What the rule lets the program do, to end the sentence "it may …": "write and create /srv/x". */
void rule_words(struct text *out, const struct rule *rule);

/* The row of the tables of risk that fits best; NULL where there is nothing special. */
const struct risk *rule_risk(const struct rule *rule);

#endif
