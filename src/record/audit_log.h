/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of audit records, as a stream: bytes in, whole events out.
 *
 *	audit_log_new() → audit_log_feed()… → audit_log_end() → audit_log_free()
 *
 * Records of one event bear one stamp, but come mixed with others', and nothing in a log says when an event is whole. So events are held open, at most
 * AUDIT_OPEN_MAX of them: the oldest is handed on when another begins. What comes for it later is counted as torn.
 * Memory does not grow with the log.
 */
#ifndef SNUG_RECORD_AUDIT_LOG_H
#define SNUG_RECORD_AUDIT_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "record/audit_record.h"
#include "snug/audit_import.h"
#include "snug/cleanup.h"
#include "snug/map.h"

#define AUDIT_OPEN_MAX 64	/* events that records may still come for */
#define AUDIT_RECORDS_MAX 64	/* of one event */
#define AUDIT_EVENT_LENGTH_MAX (128 << 10)	/* bytes of their bodies: two paths of PATH_MAX in hexadecimal, and 32 times as much */

/* Records of one event, in the order in which they came; those that say nothing to us are left out. */
struct audit_event {
	struct audit_record records[AUDIT_RECORDS_MAX];
	size_t count;
};

/* What becomes of a record before anybody looks at it closely: most of a log is about others, or says what was said before. */
enum audit_answer {
	AUDIT_KEEP,		/* it joins its event */
	AUDIT_SKIP,		/* it does not */
	AUDIT_SKIP_EVENT,	/* nor do those that follow and belong to it */
};

struct audit_log_hooks {
	void *context;
	bool wants_arguments;	/* else records of AUDIT_USE_ARGUMENTS are left out */
	enum audit_answer (*on_record)(void *context, const struct audit_record *record);	/* CALL, SECCOMP or APPARMOR */
	/* Borrowed during the call. A negative errno ends the feeding. */
	int (*on_event)(void *context, const struct audit_event *event);
	void (*on_loss)(void *context);		/* records are missing between those before and those that follow */
};

struct audit_log;

struct audit_log *audit_log_new(const struct audit_log_hooks *hooks);
struct audit_log *audit_log_free(struct audit_log *log);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct audit_log *, audit_log_free);

/* The next bytes, cut anywhere. */
int audit_log_feed(struct audit_log *log, const char *data, size_t length);

/* One message of the kernel's: see audit_record_of_message(). */
int audit_log_message(struct audit_log *log, unsigned int type, const char *text, size_t length);

/* The end of a file: a last line without its newline, and events that are still open. */
int audit_log_end(struct audit_log *log);

/* What the stream was made of. */
struct audit_log_counts {
	uint64_t lines;
	uint64_t torn;		/* records that came after their event had been handed on, or were too many or too long for it */
	uint64_t too_long;	/* lines longer than AUDIT_LINE_MAX */
	uint64_t dropped;	/* records that the kernel says it has lost; UINT64_MAX = it does not say how many */
	struct map *unknown;		/* name of a type without a row → uint64_t * */
};

const struct audit_log_counts *audit_log_counts(const struct audit_log *log);

#endif
