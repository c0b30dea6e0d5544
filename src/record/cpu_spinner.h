/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of the lowest priority that keeps one processor from falling asleep, by having something to do there.
 *
 * It is SCHED_IDLE: whatever else wants the processor has it at once, sched(7). Where a control group limits our processor time,
 * there is none: what it used up would be taken from everybody else in the group.
 */
#ifndef SNUG_RECORD_CPU_SPINNER_H
#define SNUG_RECORD_CPU_SPINNER_H

#include <stdbool.h>

struct cpu_spinner;

bool cpu_spinner_is_allowed(void);			/* no control group limits our time */
struct cpu_spinner *cpu_spinner_new(void);		/* it rests; NULL: it could not be started */
void cpu_spinner_go(struct cpu_spinner *spinner, int processor);	/* soon; -1 = to rest; accepts NULL */
struct cpu_spinner *cpu_spinner_free(struct cpu_spinner *spinner);	/* accepts NULL, returns NULL */

#endif
