/* SPDX-License-Identifier: Apache-2.0 */
/* Counting whose stops they are, and moving to where it runs; see cpu_follow.h. */
#include "record/cpu_follow.h"

#include "record/proc_file.h"
#include "snug/clock.h"

#define WINDOW 256		/* stops between two looks at the processor, which costs as much as two or three stops */
#define MARGIN (WINDOW / 2)	/* votes of a task that made three of four stops */
#define WINDOW_MS 50		/* in which a window is over, or the stops are few */
#define ESCAPES_MAX 2
#define REST_FIRST 16		/* windows; twice as many after each try in vain, up to */
#define REST_LAST 1024

void cpu_follow_begin(struct cpu_follow *follow)
{
	*follow = (struct cpu_follow){ .at = -1, .next_rest = REST_FIRST };
	follow->possible = sched_getaffinity(0, sizeof(follow->own), &follow->own) == 0 && CPU_COUNT(&follow->own) > 1;
}

static void go_home(struct cpu_follow *follow)
{
	if (follow->at >= 0)
		sched_setaffinity(0, sizeof(follow->own), &follow->own);
	follow->at = -1;
	follow->escapes = 0;
}

void cpu_follow_end(struct cpu_follow *follow)
{
	go_home(follow);
	follow->possible = false;
}

static void follow_to(struct cpu_follow *follow, int processor)
{
	cpu_set_t there;

	if (processor < 0 || processor >= CPU_SETSIZE || !CPU_ISSET(processor, &follow->own)) {
		go_home(follow);
		return;
	}
	CPU_ZERO(&there);
	CPU_SET(processor, &there);
	if (sched_setaffinity(0, sizeof(there), &there) == 0)
		follow->at = processor;
}

/* It has gone from where we followed it to: once by chance, again because we are there. */
static void escaped(struct cpu_follow *follow, int processor)
{
	if (++follow->escapes < ESCAPES_MAX) {
		follow_to(follow, processor);
		return;
	}
	go_home(follow);
	follow->rest = follow->next_rest;
	if (follow->next_rest < REST_LAST)
		follow->next_rest *= 2;
}

static bool is_late(const struct cpu_follow *follow)
{
	return monotonic_ms() - follow->since_ms > WINDOW_MS;
}

bool cpu_follow_is_there(const struct cpu_follow *follow)
{
	return follow->at >= 0;
}

void cpu_follow_look(struct cpu_follow *follow)
{
	if (follow->at >= 0 && is_late(follow))
		go_home(follow);
}

static void window_over(struct cpu_follow *follow)
{
	int processor;

	if (follow->votes < MARGIN || is_late(follow)) {
		go_home(follow);
		return;
	}
	processor = task_processor(follow->candidate);
	if (follow->at < 0) {
		follow_to(follow, processor);
	} else if (processor != follow->at) {
		escaped(follow, processor);
	} else {
		follow->escapes = 0;
		follow->next_rest = REST_FIRST;
	}
}

void cpu_follow_stopped(struct cpu_follow *follow, pid_t tid)
{
	if (!follow->possible)
		return;
	if (!follow->stops)
		follow->since_ms = monotonic_ms();
	if (!follow->votes)
		follow->candidate = tid;
	if (follow->candidate == tid)
		follow->votes++;
	else
		follow->votes--;
	if (++follow->stops < WINDOW)
		return;
	if (follow->rest)
		follow->rest--;
	else
		window_over(follow);
	follow->stops = follow->votes = 0;
}
