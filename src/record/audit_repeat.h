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
#include "record/audit_caller.h"
#include "record/audit_head.h"

struct audit_repeats;

struct audit_repeats *audit_repeats_new(void);
struct audit_repeats *audit_repeats_free(struct audit_repeats *repeats);	/* accepts NULL, returns NULL */

#define AUDIT_WORDS_MAX 4096	/* bytes; what says more is decoded each time */

/* What tells an event from others. */
struct audit_words {
	struct audit_head head;
	struct audit_caller *caller;
	char bytes[AUDIT_WORDS_MAX];
	size_t length;
};

/* Head and caller of an event that is one call with its details, told as the kernel does; false for any other. */
bool audit_words_begin(struct audit_words *words, struct audit_callers *callers, const struct audit_event *event);

/* The rest of it; false for an event that says too much. */
bool audit_words_read(struct audit_words *words, const struct audit_repeats *repeats, const struct audit_event *event);

/* Can what came of an event of these words be done again? Does it, then. */
bool audit_repeats_apply(struct audit_repeats *repeats, const struct audit_words *words, struct audit_calls *calls);

/* Is what comes of an event of these words worth remembering? From the second one on: most words come once or often. */
bool audit_repeats_want(struct audit_repeats *repeats, const struct audit_words *words);

/* What came of an event: `effect` is taken, what it holds with it. */
void audit_repeats_add(struct audit_repeats *repeats, struct audit_words *words, const struct audit_event *event,
		       struct audit_effect *effect);

#endif
