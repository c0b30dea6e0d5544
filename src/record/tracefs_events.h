/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switches of the kernel's syscall events in one instance: which event is which call's, and whether it is on.
 *
 * An event bears the name of the kernel's function (sys_enter_newfstatat), which tells no number. Numbers are measured:
 * a child of ours makes each call once under a filter that refuses all of them, and the exit event of a
 * refused call is reported with its number. Calls that then turn out to have no event are seen by raw_syscalls.
 */
#ifndef SNUG_RECORD_TRACEFS_EVENTS_H
#define SNUG_RECORD_TRACEFS_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/call_table.h"
#include "record/tracefs_checks.h"
#include "record/tracefs_format.h"
#include "record/tracefs_instance.h"
#include "record/tracefs_raw.h"
#include "record/tracefs_reader.h"

#define TRACEFS_NUMBERS_MAX 1024	/* above every number of the machine's own ABI */
#define TRACEFS_FILTER_MAX 4095	/* bytes: the kernel takes less than a page */

enum tracefs_side {
	TRACEFS_SIDE_ENTER,
	TRACEFS_SIDE_EXIT,
};

struct tracefs_events;

/* Makes the instance ready: its clock, its buffers; finds out which event is which call's. All events are on afterwards,
 * with `rest_elsewhere` but for raw_syscalls (tracefs_raw.h), and nobody is a member yet. */
int tracefs_events_open(struct tracefs_events **ret, const struct tracefs_instance *instance, struct tracefs_reader *reader,
		      struct tracefs_formats *formats, bool rest_elsewhere, struct error *err);
struct tracefs_events *tracefs_events_free(struct tracefs_events *events);	/* accepts NULL, returns NULL */

/* A record of an event whose format is not known yet: reads it. False when it is none of ours. */
bool tracefs_events_learn(struct tracefs_events *events, unsigned int event);

/* Has the call an event of its own? Else raw_syscalls tells of it. */
bool tracefs_events_has(const struct tracefs_events *events, uint64_t number);

/* Both do nothing where things stand so already. An event that is switched on has no filter. */
void tracefs_event_switch(struct tracefs_events *events, uint64_t number, enum tracefs_side side, bool on);
int tracefs_event_filter(struct tracefs_events *events, uint64_t number, enum tracefs_side side, const char *filter);
bool tracefs_event_is_on(const struct tracefs_events *events, uint64_t number, enum tracefs_side side);

struct tracefs_checks *tracefs_events_checks(const struct tracefs_events *events);	/* borrowed; NULL: there are none */
struct tracefs_raw *tracefs_events_raw(const struct tracefs_events *events);		/* borrowed */
uint64_t tracefs_events_user_namespace(const struct tracefs_events *events);	/* the initial one, as records name it */

/* Makes the entries of calls that have paths carry them. False: this kernel cannot. */
bool tracefs_events_carry_paths(struct tracefs_events *events, const struct call_table *table);

/* The command: run() is called in a child of ours that is a member from its first instruction on. To the caller as fork(2). */
pid_t tracefs_events_fork(struct tracefs_events *events, void (*run)(void *context), void *context);
bool tracefs_events_started(const struct tracefs_events *events, pid_t tid);	/* is it the thread of ours that did it? */

/* The name of a call's argument, as a filter has it; NULL when there is none. */
const char *tracefs_event_argument(const struct tracefs_events *events, uint64_t number, unsigned int index);

/* More memory for the buffers, up to a limit. False when that is reached. */
bool tracefs_events_enlarge(struct tracefs_events *events);

#endif
