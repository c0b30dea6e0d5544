/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking and telling the kernel's audit: its settings, its rules, its features. One request, one answer, over libaudit.
 *
 * The descriptor is for this alone. Records come by another (audit_reader.h), so that none stands between a request and
 * its answer.
 */
#ifndef SNUG_RECORD_AUDIT_KERNEL_H
#define SNUG_RECORD_AUDIT_KERNEL_H

#include <libaudit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/error.h"

/* Rules as the kernel lists them, in the order in which it asks them within each list. */
struct audit_rule_set {
	struct audit_rule_data **items;	/* owned, as each of them */
	size_t count;
};

void audit_rule_set_add(struct audit_rule_set *set, struct audit_rule_data *rule);	/* takes it */
void audit_rule_set_done(struct audit_rule_set *set);

/* Bytes of a rule with its strings. */
size_t audit_rule_size(const struct audit_rule_data *rule);

/* The value of the rule's first field of this type, AUDIT_*; false when it has none. */
bool audit_rule_number(const struct audit_rule_data *rule, uint32_t field, uint32_t *ret);
bool audit_rule_has_key(const struct audit_rule_data *rule, const char *key);

int audit_kernel_open(int *ret_fd, struct error *err);	/* to be closed by the caller */
int audit_kernel_status(int fd, struct audit_status *ret, struct error *err);
int audit_kernel_rules(int fd, struct audit_rule_set *ret, struct error *err);	/* to be ended by the caller, also on failure */
/* Before all others of its list: the first that matches decides. */
int audit_kernel_add_rule(int fd, const struct audit_rule_data *rule, struct error *err);
int audit_kernel_delete_rule(int fd, const struct audit_rule_data *rule, struct error *err);	/* one that is not there is no failure */

/* A record of our own in the trail, behind all that was logged before. */
int audit_kernel_say(int fd, const char *words, struct error *err);

#endif
