/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container taught, kept where the worker's death does not reach it.
 *
 * A log of events in a memfd that keeper and worker hold both, in front of the container's sink: an event is in the
 * journal before its call is answered, so that the next worker begins with all that the last one knew. Each is written once:
 * the journal grows with what is distinct, like the trace.
 */
#ifndef SNUG_RECORD_NOTIFY_JOURNAL_H
#define SNUG_RECORD_NOTIFY_JOURNAL_H

#include "snug/event.h"

struct notify_journal;

/* A descriptor for one container's journal, or a negative errno. */
int notify_journal_create(void);

/* Sends what `fd` (borrowed) holds already to `sink`, and from now on keeps what passes. A journal that cannot be read to
 * its end sends an unknown loss. */
struct notify_journal *notify_journal_new(int fd, const struct event_sink *sink);
struct notify_journal *notify_journal_free(struct notify_journal *journal);	/* accepts NULL, returns NULL */

struct event_sink notify_journal_sink(struct notify_journal *journal);

#endif
