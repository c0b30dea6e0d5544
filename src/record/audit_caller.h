/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who made the calls of a log.
 *
 * What a SYSCALL record says behind the process's number (users, session, program, label) is the same for all calls of a
 * process, and mostly for those of others: it is read once for all of them. Bounded: what is forgotten is read again.
 */
#ifndef SNUG_RECORD_AUDIT_CALLER_H
#define SNUG_RECORD_AUDIT_CALLER_H

#include "record/audit_record.h"

struct audit_caller {
	uint64_t id;		/* never another's, also when this one is forgotten */
	char *exe, *session, *subject;	/* owned; "exe", "ses", AppArmor's label; NULL = not told */
	bool is_known;		/* whoever asked has filled in what follows */
	bool is_in_scope;
};

struct audit_callers;

struct audit_callers *audit_callers_new(void);
struct audit_callers *audit_callers_free(struct audit_callers *callers);	/* accepts NULL, returns NULL */

/* Of a record whose rest, behind the process's number, is `rest`. Valid until the next call; NULL when that is longer than any program's. */
struct audit_caller *audit_callers_find(struct audit_callers *callers, const char *rest, size_t length);

#endif
