/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that were told lately: what differs between most calls of a log is whom they were about, which other events tell.
 *
 * Facts are sets, so that the same event once more says nothing. Bounded: what is forgotten is told again.
 */
#ifndef SNUG_RECORD_AUDIT_KNOWN_H
#define SNUG_RECORD_AUDIT_KNOWN_H

#include <stdbool.h>

#include "snug/event.h"

struct audit_known;

struct audit_known *audit_known_new(void);
struct audit_known *audit_known_free(struct audit_known *known);	/* accepts NULL, returns NULL */

/* Both of an event of kind EVENT_SYSCALL, in the one phase of a log. */
bool audit_known_has(const struct audit_known *known, const struct event *event);
void audit_known_add(struct audit_known *known, const struct event *event);

#endif
