/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of the kernel's audit trail, as it stands in a line of some log.
 *
 * The same record comes by many ways: auditd's file ("type=AVC msg=audit(…): …", raw or enriched), ausearch --raw, the kernel's
 * own log ("audit: type=1400 audit(…): …", behind whatever dmesg or syslog put before it), journalctl -o cat ("AVC …").
 * Here a line becomes its parts, without copying; what they mean is said by audit_details.h and audit_apparmor.h.
 */
#ifndef SNUG_RECORD_AUDIT_RECORD_H
#define SNUG_RECORD_AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/text.h"

/* What a record is to us; one row a type in audit_record.c. */
enum audit_use {
	AUDIT_USE_UNKNOWN,	/* no row: counted, and shown */
	AUDIT_USE_NOTHING,	/* tells nothing that a profile could need, or repeats what another record says */
	AUDIT_USE_CALL,		/* SYSCALL: the call of the event */
	AUDIT_USE_DETAIL,	/* belongs to the event's call: a path, an address, … */
	AUDIT_USE_ARGUMENTS,	/* EXECVE: tells only who a process is, and is read where that is asked */
	AUDIT_USE_SECCOMP,	/* a call that a filter logged or refused */
	AUDIT_USE_APPARMOR,	/* an AppArmor verdict */
};

#define AUDIT_TYPE_MAX 24	/* bytes of a type's name */

struct audit_type {
	char name[AUDIT_TYPE_MAX];	/* as auditd writes it; null bytes behind */
	unsigned int number;	/* AUDIT_*, <linux/audit.h>, <libaudit.h> */
	enum audit_use use;
	const char *source;
};

/* All parts are borrowed from the line. */
struct audit_record {
	const struct audit_type *type;	/* NULL = no row for it */
	const char *type_name;		/* as it stands in the line: "AVC", "1400", "UNKNOWN[1420]" */
	size_t type_length;
	const char *stamp;		/* "1700000000.123:45": time and serial, one for all records of an event; NULL = the line has none */
	size_t stamp_length;
	const char *body;		/* "field=value …" */
	size_t length;
};

/* False when there is no record in the line. */
bool audit_record_find(struct audit_record *ret, const char *line, size_t length);

/* Has auditd added anything to records of it? Asked of much at once: most logs are without. */
bool audit_record_may_be_enriched(const char *log, size_t length);

/* Leaves that out of a record: it repeats in words what the record says. */
void audit_record_cut(struct audit_record *record);

/* The same for a message as the kernel sends it: a type's number, and "audit(STAMP): …". */
bool audit_record_of_message(struct audit_record *ret, unsigned int type, const char *text, size_t length);

struct audit_loss {
	uint64_t count;		/* 0 = the line does not say how many */
	bool is_sum;		/* of all since the boot, not since the line before */
};

/* Does the line say that the kernel had records that it could not log? */
bool audit_record_loss(const char *line, size_t length, struct audit_loss *ret);

/* Seconds since 1970; false without a stamp. */
bool audit_record_time(const struct audit_record *record, uint64_t *ret);

/* The fields of a body, one after another. A quoted value is without its quotes. */
struct audit_field_walk {
	const char *at;
	size_t left;
};

struct audit_named_value {
	const char *name, *value;
	size_t name_length, length;
	bool quoted;	/* else a number, a word, or bytes in hexadecimal: kernel/audit.c, audit_log_n_untrustedstring() */
};

bool audit_field_next(struct audit_field_walk *walk, struct audit_named_value *ret);

/* Many fields in one walk, which is short where `names` are the first fields and in their order: `ret[i]` is that of `names[i]`, its `value` NULL
 * when it is not there. */
void audit_fields(const struct audit_record *record, const char *const *names, size_t count, struct audit_named_value *ret);

/* A number, in decimal with its sign, in hexadecimal or octal; false when it is none. */
bool audit_value_number(const struct audit_named_value *field, int base, uint64_t *ret);
bool audit_field_number(const struct audit_record *record, const char *name, int base, uint64_t *ret);

/* Appends the bytes that hexadecimal digits stand for; false when it is something else, or nothing. */
bool audit_value_bytes(const struct audit_named_value *field, struct text *out);

/* Appends what was meant, as audit_field_text() does. */
bool audit_value_text(const struct audit_named_value *field, struct text *out);

/* Appends it as the bytes that were meant: a file's name that is not plain text stands in hexadecimal. False when it is not there, or "(null)". */
bool audit_field_text(const struct audit_record *record, const char *name, struct text *out);

/* The same as a string, owned by the caller, up to a null byte: for the kernel that ends a name as well. NULL when it is not there. */
char *audit_field_string(const struct audit_record *record, const char *name);

const struct audit_type *audit_type_at(size_t index);	/* NULL past the last */

#endif
