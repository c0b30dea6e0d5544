/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls the kernel's audit is to tell of, as its rules.
 *
 *	audit_rules_new() → audit_rules_install() → audit_rules_learnt()…, audit_rules_install() again → audit_rules_remove() → audit_rules_free()
 *
 * In the beginning all calls of a scope are told of, of every ABI of this machine. A call of which no record can teach anything more
 * is left out of the rules from then on, so that a loop of read(2) costs a few records and no more. What a call's records can teach
 * is what the tables of knowledge say of it (call_table.h): there is no list of calls here.
 */
#ifndef SNUG_RECORD_AUDIT_RULES_H
#define SNUG_RECORD_AUDIT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "snug/arch.h"
#include "snug/cleanup.h"
#include "snug/error.h"

struct audit_rules;

/* Whose calls: of tasks with this login uid, or, with `profile` (borrowed), that AppArmor confines by this profile. */
struct audit_rules_scope {
	uint32_t login;
	const char *profile;	/* NULL = by the login uid */
	bool exhaustive;	/* every call, for ever */
};

struct audit_rules *audit_rules_new(const struct audit_rules_scope *scope);
struct audit_rules *audit_rules_free(struct audit_rules *rules);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct audit_rules *, audit_rules_free);

/* This call was told of, as a success, by its program itself. */
void audit_rules_learnt(struct audit_rules *rules, const struct arch *abi, uint64_t number, const uint64_t args[4]);

/* Makes the kernel's rules what they should be by now. `kernel`: see audit_kernel.h. */
int audit_rules_install(struct audit_rules *rules, int kernel, struct error *err);

/* None of them is the kernel's any more. */
int audit_rules_remove(struct audit_rules *rules, int kernel, struct error *err);

#endif
