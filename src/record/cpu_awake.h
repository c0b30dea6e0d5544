/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While stops are many, no processor falls asleep.
 *
 * A stop is two wake-ups, and a processor that had nothing to do for a moment takes 50 to 100 µs to come back, several times what the
 * stop itself costs: a quiet machine records slower than a busy one. The kernel's own remedy is a request for a latency of zero,
 * which lasts as long as the file is open (Documentation/power/pm_qos_interface.rst): idle processors then wait awake. It needs root.
 * Who is refused looks for the next stop himself for a moment before he sleeps, and has a thread of the lowest priority keep the
 * processor awake on which the stopped task ran, and will run again.
 */
#ifndef SNUG_RECORD_CPU_AWAKE_H
#define SNUG_RECORD_CPU_AWAKE_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cpu_spinner;

struct cpu_awake {
	int fd;				/* owned; the request, -1 = there is none */
	bool refused;			/* not to be tried again, */
	bool looks;			/* and stops are many */
	bool may_spin;			/* then, */
	cpu_set_t own;			/* where we may run by our user's will, */
	struct cpu_spinner *spinner;	/* which does so now; NULL = there is none */
	unsigned int stops;		/* in this window, */
	uint64_t since_ms;		/* which began then */
};

void cpu_awake_begin(struct cpu_awake *awake);
void cpu_awake_look(struct cpu_awake *awake);		/* every tenth of a second or so: is it still worth it? */
void cpu_awake_stopped(struct cpu_awake *awake, pid_t tid);	/* at each stop; of whom, 0 = its processor is its own affair */
void cpu_awake_end(struct cpu_awake *awake);

/* As waitpid(2) with __WALL of any child. */
pid_t cpu_awake_wait(const struct cpu_awake *awake, int *ret_status);

#endif
