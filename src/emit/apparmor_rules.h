/* SPDX-License-Identifier: Apache-2.0 */
/* The groups of rules that a profile is made of, each with the line that says why they are there. */
#ifndef SNUG_EMIT_APPARMOR_RULES_H
#define SNUG_EMIT_APPARMOR_RULES_H

#include "snug/policy.h"

/* Adds lines for `facts`, without indentation and line end, each a rule or (where no rule can say it) a comment. */
void apparmor_mount_rules(struct trace *facts, struct string_set *lines);

/* File rules, one a pattern: what AppArmor asks for, from what was done. */
struct apparmor_file {
	char *pattern;			/* owned; in AppArmor's language */
	const struct policy_file *rule;	/* borrowed; the first of those with this pattern */
	unsigned int permissions;	/* set of enum apparmor_permission */
	enum reason reason;
};

enum apparmor_permission {		/* in the order in which they are written */
	PERMISSION_MAP = 1 << 0,	/* m */
	PERMISSION_READ = 1 << 1,	/* r */
	PERMISSION_WRITE = 1 << 2,	/* w: create, delete, rename, change mode and owner too */
	PERMISSION_APPEND = 1 << 3,	/* a: excludes w */
	PERMISSION_LINK = 1 << 4,	/* l */
	PERMISSION_LOCK = 1 << 5,	/* k */
	PERMISSION_EXECUTE = 1 << 6,	/* ix: under this same profile */
};

/* Sorted by pattern; owned by the caller. */
struct map *apparmor_files(const struct policy *policy);

/* What people forbid: "deny PATTERN LETTERS," and its like, for what a broader rule could grant. */
void apparmor_never_rules(const struct policy *policy, struct string_set *lines);

/* Appends "rw" and the like. */
void apparmor_add_permissions(struct text *out, unsigned int permissions);

/* The permissions that letters stand for ("wklx"); letters that no rule of ours has are left out. */
unsigned int apparmor_permissions_of(const char *letters, size_t length);

/* Does the template's line "deny PATTERN PERMISSIONS," forbid what `file` allows? */
bool apparmor_deny_hits(const char *deny, const struct apparmor_file *file);

#endif
