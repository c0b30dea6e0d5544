/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracer goes where its tracee runs.
 *
 * A stop wakes the tracer, and its end wakes the tracee: on one processor that takes half as long as across two, of which one has
 * to be woken first. So while one task makes nearly all stops, and many of them, we run on its processor and nowhere else.
 * Its own processors are never touched: where the scheduler takes it away as soon as we come, because another one is
 * idle, we stay where we are. Where stops are few we do so, too: whoever may run anywhere waits less for a processor.
 */
#ifndef SNUG_RECORD_CPU_FOLLOW_H
#define SNUG_RECORD_CPU_FOLLOW_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cpu_follow {
	cpu_set_t own;			/* where we may run by our user's will */
	bool possible;			/* there is a choice, and it could be read */
	int at;				/* the processor that we follow to; -1 = we run on any of our own */
	unsigned int stops;		/* in this window, */
	uint64_t since_ms;		/* which began then */
	pid_t candidate;		/* whoever may have made most of them, */
	unsigned int votes;		/* and by how many more than all others */
	unsigned int escapes;		/* windows in a row at whose end it had gone elsewhere */
	unsigned int rest, next_rest;	/* windows to pass before the next try */
};

void cpu_follow_begin(struct cpu_follow *follow);
void cpu_follow_look(struct cpu_follow *follow);		/* every tenth of a second or so: is it still worth it? */
void cpu_follow_stopped(struct cpu_follow *follow, pid_t tid);	/* at each stop */
bool cpu_follow_is_there(const struct cpu_follow *follow);	/* with whoever makes nearly all stops */
void cpu_follow_end(struct cpu_follow *follow);			/* back to where we may run; in a child of ours, too */

#endif
