/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is still to be learnt of each call, and by which switches of the kernel.
 *
 * An event is off when nothing more can be asked of it, by any group:
 *	an entry	when its call was seen; of a call whose arguments are ruled on (knowledge/syscall_argument)
 *			a filter lets through what has other arguments than those that are known
 *	an exit		when the call succeeded; while it has not, known errnos are filtered out. Where arguments are ruled on it
 *			stays on until there has been no news for a while
 * A filter costs the kernel some milliseconds, so that it is written only for what keeps coming.
 */
#ifndef SNUG_RECORD_TRACEFS_INTEREST_H
#define SNUG_RECORD_TRACEFS_INTEREST_H

#include <stdbool.h>
#include <stdint.h>

#include "record/call_table.h"
#include "record/tracefs_events.h"

struct tracefs_interest;
struct tracefs_lessons;		/* what one group has learnt */

struct tracefs_interest *tracefs_interest_new(struct tracefs_events *events, const struct call_table *table);
struct tracefs_interest *tracefs_interest_free(struct tracefs_interest *interest);	/* accepts NULL, returns NULL */

/* Everything is on again; without any group it is, too. */
struct tracefs_lessons *tracefs_lessons_new(struct tracefs_interest *interest);
struct tracefs_lessons *tracefs_lessons_share(struct tracefs_lessons *lessons);	/* of two groups that are one recording */
struct tracefs_lessons *tracefs_lessons_free(struct tracefs_interest *interest, struct tracefs_lessons *lessons);

/* An event of this call, or a part of it, must come whatever is known. */
void tracefs_interest_keep(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side, bool keep);

/* The same, for as long as somebody else wants it: the tracker of capability checks. */
void tracefs_interest_want(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side, bool wanted);

bool tracefs_interest_is_wanted(const struct tracefs_interest *interest, uint64_t number, enum tracefs_side side);

/* What happened, before the switches are looked at. Each returns whether that was news to the group. */
bool tracefs_lesson_entered(struct tracefs_interest *interest, struct tracefs_lessons *lessons, uint64_t number,
			    const uint64_t args[6]);
bool tracefs_lesson_left(struct tracefs_interest *interest, struct tracefs_lessons *lessons, uint64_t number, int64_t result);

/* Is a call of this number told apart by its arguments? */
bool tracefs_is_ruled(const struct tracefs_interest *interest, uint64_t number);
/* Has the group seen it enter? A result without an entry is else a refusal by a seccomp filter. */
bool tracefs_was_seen(const struct tracefs_lessons *lessons, uint64_t number);

enum tracefs_change {
	TRACEFS_NO_CHANGE,
	TRACEFS_WIDENED,	/* more values than can be told apart: from now on any value is taken for seen */
};

/* Turns the switches of a call to what is still to be learnt. Once after each record of it. */
enum tracefs_change tracefs_interest_turn(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side,
					  uint64_t time_ns);

#endif
