/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw_syscalls in one instance: it tells of the calls that no syscall event tells of.
 *
 * Those are calls that this kernel does not have, and all calls of another ABI than the machine's own (trace_get_syscall_nr(),
 * kernel/trace/trace_syscalls.c). Merely to ask its filter costs each call of each member a quarter of a microsecond, so that
 * it is off while no program is new. The kernel itself switches it on when a member executes a program, in time for the
 * first call of that: by a trigger of sched_process_exec. What is missed while it is off are calls that the kernel answers with
 * ENOSYS, which a profile answers with ENOSYS, too.
 *
 * The filter lets through, besides numbers without an event, every call of tasks whose name (comm) is not that of a program known
 * to be of the machine's own ABI: a new program may be any. While a program of another ABI runs, there is no filter.
 *
 * Where a tracer stops all these calls (`on_demand`), it has only to tell what else is known of a call of another ABI: it is
 * off, without a trigger and a filter, until the tracer says that there is one.
 */
#ifndef SNUG_RECORD_TRACEFS_RAW_H
#define SNUG_RECORD_TRACEFS_RAW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/tracefs_instance.h"
#include "snug/text.h"

struct tracefs_raw;

/* `numbers`: condition that holds for the calls without an event. Both events are to be switched on afterwards, but for
 * `on_demand`. */
struct tracefs_raw *tracefs_raw_open(const struct tracefs_instance *instance, const struct text *numbers, bool on_demand);
struct tracefs_raw *tracefs_raw_free(struct tracefs_raw *raw);	/* accepts NULL, returns NULL */

/* The file `program` is of the machine's own ABI. */
void tracefs_raw_knows(struct tracefs_raw *raw, const char *program);

/* A member is about to execute a program of another ABI: as if it ran, until it does. */
void tracefs_raw_expects(struct tracefs_raw *raw, uint64_t now_ns);

bool tracefs_raw_tells_all(const struct tracefs_raw *raw);	/* calls of any ABI, of every member */

/* A member executes the file `program`, which is of the machine's own ABI or not. Returns whether its calls are told from
 * the first on. */
bool tracefs_raw_program_began(struct tracefs_raw *raw, const char *program, bool is_native, uint64_t time_ns);

/* A record of a task of the machine's own ABI that a syscall event tells, too: its name is one that we do not know. */
void tracefs_raw_told_twice(struct tracefs_raw *raw, pid_t tid, uint64_t time_ns);

/* One more (1) or less (-1) process of another ABI. */
void tracefs_raw_foreign(struct tracefs_raw *raw, int change);

/* A call of another ABI is about to be made: with `on_demand`, it is told. */
void tracefs_raw_demand(struct tracefs_raw *raw);

/* This kernel has calls without an event: nothing may be missed. */
void tracefs_raw_keep(struct tracefs_raw *raw);

/* From time to time: switches it off when no program has been new for long. */
void tracefs_raw_look(struct tracefs_raw *raw, uint64_t now_ns);

#endif
