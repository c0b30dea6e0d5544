/* SPDX-License-Identifier: Apache-2.0 */
/* Events of one instance: how what they say is learnt, and events of our own where the kernel has none. */
#ifndef SNUG_RECORD_TRACEFS_PROBE_H
#define SNUG_RECORD_TRACEFS_PROBE_H

#include <stdbool.h>

#include "record/tracefs_format.h"
#include "record/tracefs_instance.h"

/* Learns the format of `event` ("raw_syscalls/sys_enter"). Returns its id, or a negative errno. */
int tracefs_event_learn(const struct tracefs_instance *instance, struct tracefs_formats *formats, enum tracefs_record_kind kind,
			bool raw, const char *event);

/* A kprobe event, on from now on: `name` in the instance's group, of type 'p' where `function` begins, 'r' where it returns, with
 * the fields `fields` (Documentation/trace/kprobetrace.rst). False: this kernel has no kprobes, or lets none stand there. */
bool tracefs_probe_make(const struct tracefs_instance *instance, struct tracefs_formats *formats, enum tracefs_record_kind kind,
			char type, const char *name, const char *function, const char *fields);

#endif
