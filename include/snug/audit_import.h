/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of audit, of the kernel and of AppArmor as events, for one program or container out of all that they speak of.
 *
 *	audit_import_new() → audit_import_feed()… → audit_import_end_log() → … → audit_import_free()
 *
 * A log holds the whole machine, and a profile is for one. What is out of scope stays out; what is in scope and cannot be
 * used is counted by kind, never dropped in silence. Where the scope says nothing and the logs speak of several, they are
 * named, and nobody guesses. Memory does not grow with a log.
 */
#ifndef SNUG_AUDIT_IMPORT_H
#define SNUG_AUDIT_IMPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/cleanup.h"
#include "snug/event.h"
#include "snug/map.h"
#include "snug/string_set.h"

#define AUDIT_LINE_MAX 65536	/* bytes; the kernel's records have at most 8970 (MAX_AUDIT_MESSAGE_LENGTH), without a log's prefix */

/* All that is given must hold. A record that does not say is out. */
struct audit_scope {
	uint64_t since;		/* seconds since 1970, 0 = from the beginning */
	const char *profile;	/* AppArmor's; of a verdict, or the "subj" of a call; NULL = any */
	const char *session;	/* "ses", decimal; NULL = any */
	const char *exe;	/* path of the program; NULL = any */
	const char *container;	/* id; of a process by what the log tells of its start, see record/audit_container.h; NULL = any */
};

struct audit_import;

/* `scope` is borrowed. */
struct audit_import *audit_import_new(const struct audit_scope *scope, const struct event_sink *sink);
struct audit_import *audit_import_free(struct audit_import *import);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct audit_import *, audit_import_free);

/* Where symlinks lead for those who ran; see audit_call_hooks.resolve in record/audit_call.h. Without it, paths stand as they were passed. */
void audit_import_resolve(struct audit_import *import, char *(*resolve)(void *context, pid_t pid, const char *path, bool last_stays),
			  void *context);

struct audit_target;	/* record/audit_details.h */

/* Asked who receives a signal; see audit_call_hooks.is_member in record/audit_call.h. */
void audit_import_members(struct audit_import *import, int (*is_one)(void *context, const struct audit_target *target), void *context);

struct audit_event;	/* record/audit_log.h */

/* Asked of each event before anything of it is used; false leaves it out, as out of scope. */
void audit_import_choose(struct audit_import *import, bool (*choose)(void *context, const struct audit_event *event), void *context);

/* One message of the kernel's, live: its type's number, and "audit(STAMP): …". */
int audit_import_message(struct audit_import *import, unsigned int type, const char *text, size_t length);

/* Messages were lost, here and now. */
void audit_import_lost(struct audit_import *import);

/* The next bytes of a log, cut anywhere. Returns 0, or the negative errno with which the sink refused an event. */
int audit_import_feed(struct audit_import *import, const char *data, size_t length);

/* The end of a log: its last line and the events that are still open. Another log may follow. */
int audit_import_end_log(struct audit_import *import);

struct audit_import_counts {
	uint64_t lines;
	uint64_t used, out_of_scope;	/* records */
	bool container_met;		/* the log tells how the scope's container was started */
	uint64_t torn;			/* records without the rest of their event */
	uint64_t too_long;		/* lines longer than AUDIT_LINE_MAX */
	uint64_t dropped;		/* records that the kernel says it lost; UINT64_MAX = it does not say how many */
	const struct arch *abi;		/* the machine's own, as far as its calls tell; NULL = there were none */
	struct map *unusable;		/* what, in words → uint64_t * */
	const struct string_set *profiles, *sessions;	/* that were used: more than one of either is nobody's profile */
};

/* Borrowed; valid until the next call. */
const struct audit_import_counts *audit_import_counts(struct audit_import *import);

#endif
