/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a log that say what others have said before: most of them, as a program does the same again and again.
 *
 * What an event is to us follows from its words, without those that nobody looks at (when it was, which process, arguments
 * that no table speaks of), and from what is known of its process. An effect holds what was looked at of that, and what
 * came of it: where the same is found again, the same comes of it, and nothing has to be decoded or sent. Bounded: what is forgotten is decoded again.
 */
#ifndef SNUG_RECORD_AUDIT_REPEAT_H
#define SNUG_RECORD_AUDIT_REPEAT_H

#include "record/audit_call.h"

struct audit_repeats;

struct audit_repeats *audit_repeats_new(void);
struct audit_repeats *audit_repeats_free(struct audit_repeats *repeats);	/* accepts NULL, returns NULL */

/* What tells an event from others. */
struct audit_words {
	struct text text;	/* owned */
	int64_t number, pid, parent;	/* of the call and its process; -1 = not told */
};

/* False for an event that is not one call with its details, or where pid or number are not plain. */
bool audit_words_read(struct audit_words *ret, const struct audit_repeats *repeats, const struct audit_event *event);

/* Was an event of these words out of scope, or can what came of one be done again? Does it, then. */
enum audit_repeat { AUDIT_NEW, AUDIT_REPEATED, AUDIT_OUT_AGAIN };
enum audit_repeat audit_repeats_apply(struct audit_repeats *repeats, const struct audit_words *words, struct audit_calls *calls);

/* What came of an event; NULL = it was out of scope. `effect` is taken, what it holds with it. */
void audit_repeats_add(struct audit_repeats *repeats, struct audit_words *words, const struct audit_event *event,
		       struct audit_effect *effect);

#endif
