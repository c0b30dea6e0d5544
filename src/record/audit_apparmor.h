/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AppArmor's verdicts in the audit trail: what a confined program asked for, and would have been or was refused.
 *
 * In complain mode every access that the profile lacks is logged as ALLOWED, in enforce mode as DENIED. Either way it is an
 * exact fact: the very permission, under the very name, that a rule would have to give. The records are read here and not by
 * libapparmor's aalogparse, which gives up on any field that is newer than it ("class" of Linux 6.2 in version 3.0) and does
 * not free what it has read of a record that it cannot.
 */
#ifndef SNUG_RECORD_AUDIT_APPARMOR_H
#define SNUG_RECORD_AUDIT_APPARMOR_H

#include "record/audit_record.h"
#include "snug/cleanup.h"
#include "snug/event.h"

struct apparmor_verdict;

/* `record` is borrowed as long as the verdict lives. NULL: it tells of no access (a profile was loaded, a hint), or cannot be read; `*ret_unusable` says which. */
struct apparmor_verdict *apparmor_verdict_read(const struct audit_record *record, bool *ret_unusable);
struct apparmor_verdict *apparmor_verdict_free(struct apparmor_verdict *verdict);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct apparmor_verdict *, apparmor_verdict_free);

/* The profile that a field names; of one that complain mode made for a program without a rule ("web//null-/bin/cat") the one that it
 * came from. Owned by the caller; NULL = not told. */
char *apparmor_label(const struct audit_record *record, const char *name);

/* The profile that was asked: for a program that ran without a rule in complain mode ("web//null-/bin/cat") the one that it came from. */
const char *apparmor_verdict_profile(const struct apparmor_verdict *verdict);
const char *apparmor_verdict_operation(const struct apparmor_verdict *verdict);

/* Sends it as events; `by` may be NULL. Returns 1 when it was one that snug knows, 0 when no emitter has rules for it (then
 * nothing was sent), or the sink's negative errno. */
int apparmor_verdict_send(const struct apparmor_verdict *verdict, const char *by, const struct event_sink *sink);

#endif
