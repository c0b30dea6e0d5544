/* SPDX-License-Identifier: Apache-2.0 */
/* A call in the audit trail as an event. */
#ifndef SNUG_RECORD_AUDIT_CALL_H
#define SNUG_RECORD_AUDIT_CALL_H

#include "record/audit_record.h"
#include "snug/event.h"

/* `record` is a SYSCALL or SECCOMP record. Returns 1, 0 when it is of no ABI that we know, or the sink's negative errno. */
int audit_call_send(const struct audit_record *record, const char *by, const struct event_sink *sink);

#endif
