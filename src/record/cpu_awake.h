/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While stops are many, no processor falls asleep.
 *
 * A stop is two wake-ups, and a processor that had nothing to do for a moment takes 50 to 100 µs to come back, several times what the
 * stop itself costs: a quiet machine records slower than a busy one. The kernel's own remedy is a request for a latency of zero,
 * which lasts as long as the file is open (Documentation/power/pm_qos_interface.rst): idle processors then wait awake. It needs root.
 *
 * Who is refused looks for the next stop himself for a moment before he sleeps, and of two processors has the other one kept awake by
 * a thread of the lowest priority. That helps where both tasks are on one (cpu_follow.h), too: as the stopped task goes on, the
 * scheduler would send it over to an idle processor, which takes twice as long as to stay; while both are in use it does not look for
 * one (SIS_UTIL in select_idle_cpu(), Linux 6.0).
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
	bool may_spin;			/* a thread beside us may then keep a processor awake */
	cpu_set_t own;			/* where we may run by our user's will */
	struct cpu_spinner *spinner;	/* that thread; owned, NULL = none was needed yet */
	unsigned int stops;		/* in this window, */
	uint64_t since_ms;		/* which began then */
};

void cpu_awake_begin(struct cpu_awake *awake, bool may_spin);	/* may there be a thread beside us? */
void cpu_awake_look(struct cpu_awake *awake);		/* every tenth of a second or so: is it still worth it? */
void cpu_awake_stopped(struct cpu_awake *awake);	/* at each stop */
void cpu_awake_end(struct cpu_awake *awake);

/* As waitpid(2) with __WALL of any child. `together`: on one processor with who stops next, who could not run while we look. */
pid_t cpu_awake_wait(const struct cpu_awake *awake, bool together, int *ret_status);

#endif
