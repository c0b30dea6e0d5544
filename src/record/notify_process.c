/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of one container. */
#include "record/notify_process.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"
#include "snug/file.h"
#include "snug/map.h"

#define ANCESTORS_MAX 32	/* processes that in turn called nothing before they made the next */
#define STATUS_MAX 16384	/* bytes of /proc/PID/status; some 1,500 on Linux 6.18 */

struct notify_processes {
	struct map *by_pid;	/* pid → struct notify_process *, NULL once forgotten */
	struct map *by_tid;	/* tid → the same, borrowed */
};

static void process_free(void *value)
{
	struct notify_process *process = value;

	if (process)
		free(process->program);
	free(process);
}

struct notify_processes *notify_processes_new(void)
{
	struct notify_processes *processes = xcalloc(1, sizeof(*processes));

	processes->by_pid = map_new(process_free);
	processes->by_tid = map_new(NULL);
	return processes;
}

struct notify_processes *notify_processes_free(struct notify_processes *processes)
{
	if (!processes)
		return NULL;
	map_free(processes->by_pid);
	map_free(processes->by_tid);
	free(processes);
	return NULL;
}

/* A field of /proc/TID/status, -1 when the task is gone or the kernel has no such field. */
static pid_t status_field(const char *status, const char *field)
{
	const char *at = strstr(status, field);

	return at ? (pid_t)strtol(at + strlen(field), NULL, 10) : -1;
}

static char *read_program(pid_t pid)
{
	char link[64], target[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, target, sizeof(target));
	return n > 0 && n < (ssize_t)sizeof(target) ? xmemdup(target, (size_t)n) : NULL;
}

bool notify_process_is_known(struct notify_processes *processes, pid_t pid)
{
	/* One that has not called anything yet is known by its parents. */
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
		if (map_get(processes->by_pid, &pid, sizeof(pid)))
			return true;
		pid = (pid_t)task_status_number(pid, "PPid:");
	}
	return false;
}

static struct notify_process *process_add(struct notify_processes *processes, pid_t pid, pid_t parent,
					  enum phase first_phase)
{
	const struct notify_process *of = map_get(processes->by_pid, &parent, sizeof(parent));
	void **slot = map_slot(processes->by_pid, &pid, sizeof(pid));
	struct notify_process *process = xcalloc(1, sizeof(*process));

	*process = (struct notify_process){ .pid = pid, .program = read_program(pid),
					    .phase = of ? of->phase : first_phase };
	*slot = process;
	return process;
}

bool notify_process_knows_task(const struct notify_processes *processes, pid_t tid)
{
	return map_get(processes->by_tid, &tid, sizeof(tid)) != NULL;
}

struct notify_process *notify_process_of(struct notify_processes *processes, pid_t tid, enum phase first_phase)
{
	CLEANUP(text_done) struct text status = TEXT_EMPTY;
	struct notify_process *process = map_get(processes->by_tid, &tid, sizeof(tid));
	char path[64];
	pid_t pid;

	if (process)
		return process;
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (file_read(path, STATUS_MAX, &status, NULL) < 0)
		return NULL;
	pid = status_field(text_cstr(&status), "\nTgid:");
	process = map_get(processes->by_pid, &pid, sizeof(pid));
	if (!process)
		process = process_add(processes, pid, status_field(text_cstr(&status), "\nPPid:"), first_phase);
	*map_slot(processes->by_tid, &tid, sizeof(tid)) = process;
	return process;
}

void notify_process_forget(struct notify_processes *processes, pid_t tid)
{
	*map_slot(processes->by_tid, &tid, sizeof(tid)) = NULL;
}

bool notify_process_changed(struct notify_process *process)
{
	char *now = read_program(process->pid);
	bool changed = now && (!process->program || strcmp(now, process->program) != 0);

	if (changed) {
		free(process->program);
		process->program = steal_ptr(now);
	}
	free(now);
	return changed;
}

/* Of a process or thread. */
static bool is_gone(pid_t tid)
{
	return kill(tid, 0) < 0 && errno == ESRCH;
}

static void mark_gone(struct notify_processes *processes)
{
	for (size_t i = 0; i < map_count(processes->by_pid); i++) {
		struct notify_process *process = map_value_at(processes->by_pid, i);

		if (process)
			process->is_gone = is_gone(process->pid);
	}
}

/* A map has no removal, and needs none: ids are few, and come back. A process may end while we look: what is freed at the
 * end is what was marked at the beginning, so that no task still points to it. */
void notify_processes_sweep(struct notify_processes *processes, void (*gone)(void *context, pid_t tid), void *context)
{
	mark_gone(processes);
	for (size_t i = 0; i < map_count(processes->by_tid); i++) {
		const struct notify_process *process = map_value_at(processes->by_tid, i);
		size_t length;
		pid_t tid;

		memcpy(&tid, map_key_at(processes->by_tid, i, &length), sizeof(tid));
		if (!process || !(process->is_gone || is_gone(tid)))
			continue;
		*map_slot(processes->by_tid, &tid, sizeof(tid)) = NULL;
		gone(context, tid);
	}
	for (size_t i = 0; i < map_count(processes->by_pid); i++) {
		struct notify_process *process = map_value_at(processes->by_pid, i);

		if (process && process->is_gone) {
			pid_t pid = process->pid;

			*map_slot(processes->by_pid, &pid, sizeof(pid)) = NULL;
			process_free(process);
		}
	}
}
