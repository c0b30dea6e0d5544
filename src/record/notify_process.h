/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls: the processes of one container, learnt from the task ids in notifications.
 *
 * A notification names a task; its process, program and phase are looked up once and kept until the process ends
 * (a pidfd tells) or executes another program.
 */
#ifndef SNUG_RECORD_NOTIFY_PROCESS_H
#define SNUG_RECORD_NOTIFY_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "snug/access.h"

struct notify_process {
	pid_t pid;
	char *program;		/* owned; what /proc/PID/exe names, NULL = not known */
	enum phase phase;
	bool exec_asked;	/* an execve() was let go on, and its outcome is not known yet */
	bool is_gone;		/* marked by a sweep */
};

struct notify_processes;

struct notify_processes *notify_processes_new(void);
struct notify_processes *notify_processes_free(struct notify_processes *processes);	/* accepts NULL, returns NULL */

/* Has it been asked for, and not been forgotten since? */
bool notify_process_knows_task(const struct notify_processes *processes, pid_t tid);

/* The process of task `tid`; a new one has the phase of its parent, or `first_phase` where that is not known either.
 * NULL when the task is gone. Borrowed until the process is forgotten. */
struct notify_process *notify_process_of(struct notify_processes *processes, pid_t tid, enum phase first_phase);

bool notify_process_is_known(struct notify_processes *processes, pid_t pid);

/* What was learnt of task `tid` was another's: it is asked again. */
void notify_process_forget(struct notify_processes *processes, pid_t tid);

/* Looks whether the program is still the one that it was; true when it is another. */
bool notify_process_changed(struct notify_process *process);

/* Forgets tasks that are gone, and tells of each: its number will be another's. To be called now and then. */
void notify_processes_sweep(struct notify_processes *processes, void (*gone)(void *context, pid_t tid), void *context);

#endif
