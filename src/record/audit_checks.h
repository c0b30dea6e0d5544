/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities beside audit's records, which do not tell of them: the kernel's tracing does, as it checks them (tracefs.h).
 *
 * Where it cannot be used here, nothing of this file does anything, and the trace says that capabilities are missing.
 */
#ifndef SNUG_RECORD_AUDIT_CHECKS_H
#define SNUG_RECORD_AUDIT_CHECKS_H

#include <sys/types.h>

#include "record/process_tree.h"
#include "snug/event.h"

struct audit_checks;

/* `sink` is borrowed. `possible`: those who join are not in the middle of their work, from where nobody could follow all of them. */
struct audit_checks *audit_checks_new(const struct event_sink *sink, bool possible);
struct audit_checks *audit_checks_free(struct audit_checks *checks);	/* accepts NULL, returns NULL */

/* A child of ours that is about to become the command; with STAGE_HOST a container's runtime, of which nothing is told before the container begins. */
void audit_checks_add(struct audit_checks *checks, pid_t pid, enum stage stage);

int audit_checks_descriptor(const struct audit_checks *checks);	/* readable when there is something to read, -1 = never */
void audit_checks_step(struct audit_checks *checks);

/* All of its processes have ended: reads the rest. Returns whether none is missing. */
bool audit_checks_end(struct audit_checks *checks);

#endif
