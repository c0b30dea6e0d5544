/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's capability checks as trace records: the tracepoint cap_capable (Linux 6.14), else a kprobe on that function.
 *
 * Each check comes as up to three records of its task, one after the other: what was asked, the stack, the answer.
 */
#ifndef SNUG_RECORD_TRACEFS_CHECKS_H
#define SNUG_RECORD_TRACEFS_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/kernel_symbols.h"
#include "record/tracefs_format.h"
#include "record/tracefs_instance.h"

#define TRACEFS_STACK_MAX 32	/* functions of a stack that are looked at */

struct tracefs_checks;

/*
 * NULL: this kernel tells of none. Members must be there before. Stacks come by a trigger of the checks' event, which the kernel waits
 * for twice when it removes the instance, some 30 ms on two CPUs (trigger_data_free(), kernel/trace/trace_events_trigger.c); or, where
 * the instance will tell `few_events`, by its option that each brings its stack.
 */
struct tracefs_checks *tracefs_checks_open(const struct tracefs_instance *instance, struct tracefs_formats *formats,
					   bool few_events);
struct tracefs_checks *tracefs_checks_free(struct tracefs_checks *checks);	/* accepts NULL, returns NULL */

/* Checks of this capability come no more. */
void tracefs_checks_mute(struct tracefs_checks *checks, int number, bool mute);
bool tracefs_checks_muted(const struct tracefs_checks *checks, int number);

/* Names of the kernel's functions, by which stacks are told (NULL: they are hidden); takes them. */
void tracefs_checks_know(struct tracefs_checks *checks, struct kernel_symbols *symbols);
void tracefs_checks_settle(struct tracefs_checks *checks);	/* see kernel_symbols_settle(); both accept NULL */
bool tracefs_checks_are_settled(const struct tracefs_checks *checks);

/* Does the answer come in a record of its own? */
bool tracefs_checks_answer_apart(const struct tracefs_checks *checks);

/* Often, with the time: what is not needed for a while is let go. Accepts NULL. */
void tracefs_checks_rest(struct tracefs_checks *checks, uint64_t now_ms);

/* Names of a stack's functions, innermost first, from who asked cap_capable() on; borrowed. Returns how many. */
size_t tracefs_checks_stack(struct tracefs_checks *checks, const uint64_t *addresses, size_t depth,
			    const char *ret[static TRACEFS_STACK_MAX]);

#endif
