/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a worker still move?
 *
 * A worker counts what it does, in the page that it shares with the keeper. One whose count stands still may hang: somebody
 * stopped it, it waits in a page fault that never ends, or it runs in a circle. Or it is only starved by a loaded
 * machine. So only time of its own counts: while it could run, what it ran; while it waits or is stopped, all of it.
 */
#ifndef SNUG_RECORD_NOTIFY_WATCHDOG_H
#define SNUG_RECORD_NOTIFY_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WATCHDOG_TICK_MS 1000		/* between two looks */
#define WATCHDOG_PATIENCE_MS 10000	/* of its own without a move; a call takes some 10 us */

/* What the kernel says of a task. */
struct task_time {
	char state;		/* as in proc_pid_stat(5); '?' = not known */
	uint64_t ran_ms;	/* user and system time */
};

struct watchdog {
	uint64_t moves, ran_ms, looked_ms;	/* at the last look */
	uint64_t still_ms;			/* of its own, since it moved */
};

/* From a line of /proc/PID/stat. Returns false if it is none. */
bool task_time_parse(struct task_time *ret, const char *line);

/* Of a process's first thread. Never waits; not known where /proc does not say. */
void task_time_read(struct task_time *ret, pid_t pid);

void watchdog_begin(struct watchdog *watchdog, uint64_t now_ms, uint64_t moves, const struct task_time *time);

/* A look, about every WATCHDOG_TICK_MS. True when the task hangs. */
bool watchdog_look(struct watchdog *watchdog, uint64_t now_ms, uint64_t moves, const struct task_time *time);

#endif
