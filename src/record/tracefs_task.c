/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a tracing session: tasks, and the processes that they belong to. */
#include <stdlib.h>

#include "record/proc_file.h"
#include "record/tracefs_internal.h"
#include "snug/memory.h"

static struct tracefs_task **bucket_of(struct tracefs *tracefs, pid_t tid)
{
	return &tracefs->buckets[(size_t)tid & (TRACEFS_BUCKETS - 1)];
}

struct tracefs_task *tracefs_task_find(const struct tracefs *tracefs, pid_t tid)
{
	struct tracefs_task *task = tracefs->buckets[(size_t)tid & (TRACEFS_BUCKETS - 1)];

	while (task && task->tid != tid)
		task = task->next;
	return task;
}

static void link_in(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct tracefs_task **bucket = bucket_of(tracefs, task->tid);

	task->next = *bucket;
	*bucket = task;
}

static void link_out(struct tracefs *tracefs, const struct tracefs_task *task)
{
	struct tracefs_task **at = bucket_of(tracefs, task->tid);

	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
}

void tracefs_process_moved(struct tracefs *tracefs, struct tracefs_process *process)
{
	tracefs_place_leave(process->place);
	process->place = tracefs_place_open(tracefs->resolver, process->pid);
}

void tracefs_process_runs(struct tracefs *tracefs, struct tracefs_process *process, const struct arch *foreign)
{
	if (!process->foreign != !foreign)
		tracefs_raw_foreign(tracefs->raw, foreign ? 1 : -1);
	process->foreign = foreign;
}

struct tracefs_process *tracefs_process_new(struct tracefs_group *group, pid_t pid, const struct tracefs_process *parent)
{
	struct tracefs_process *process = xcalloc(1, sizeof(*process));

	if (parent) {
		process->by = parent->by;
		process->stage = parent->stage;
		process->until_exec = parent->until_exec;
		process->place = tracefs_place_share(parent->place);
		process->files = tracefs_files_share(parent->files);
		tracefs_process_runs(group->tracefs, process, parent->foreign);
	}
	process->group = group;
	process->pid = pid;
	if (++group->process_count > group->most_processes)
		group->most_processes = group->process_count;
	return process;
}

struct tracefs_task *tracefs_task_add(struct tracefs_group *group, pid_t tid, struct tracefs_process *process)
{
	struct tracefs_task *task = xcalloc(1, sizeof(*task));

	task->tid = tid;
	task->process = process;
	process->task_count++;
	group->task_count++;
	link_in(group->tracefs, task);
	return task;
}

void tracefs_task_remove(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct tracefs_process *process = task->process;

	link_out(tracefs, task);
	decoder_forget(process->group->decoder, task->tid);
	process->group->task_count--;
	if (--process->task_count == 0) {
		process->group->process_count--;
		tracefs_process_runs(tracefs, process, NULL);
		tracefs_place_leave(process->place);
		tracefs_files_leave(process->files);
		free(process);
	}
	tracefs_past_forget(task);
	free(task);
}

void tracefs_task_rename(struct tracefs *tracefs, struct tracefs_task *task, pid_t tid)
{
	link_out(tracefs, task);
	task->tid = tid;
	link_in(tracefs, task);
}

struct tracefs_task *tracefs_task_adopt(struct tracefs *tracefs, pid_t tid)
{
	long pid = task_status_number(tid, "Tgid:"), parent = task_status_number(tid, "PPid:");
	struct tracefs_task *relative = pid > 0 ? tracefs_task_find(tracefs, (pid_t)pid) : NULL;
	struct tracefs_process *process;
	struct tracefs_group *group;

	if (relative)
		return tracefs_task_add(relative->process->group, tid, relative->process);
	relative = parent > 0 ? tracefs_task_find(tracefs, (pid_t)parent) : NULL;
	group = relative ? relative->process->group : tracefs->groups;
	if (!group || (!relative && (group->next || group->options.members_only)))
		return NULL;
	process = tracefs_process_new(group, pid > 0 ? (pid_t)pid : tid, relative ? relative->process : NULL);
	if (!relative)
		process->stage = STAGE_PROGRAM;
	if (!process->place)
		tracefs_process_moved(tracefs, process);
	if (!process->until_exec && pid > 0)
		process->by = tracefs_program_now(group, process->pid);
	return tracefs_task_add(group, tid, process);
}

void tracefs_tasks_of(struct tracefs *tracefs, struct tracefs_group *group,
		      void (*visit)(struct tracefs *tracefs, struct tracefs_task *task))
{
	for (size_t i = 0; i < TRACEFS_BUCKETS; i++) {
		struct tracefs_task *task = tracefs->buckets[i], *next;

		for (; task; task = next) {
			next = task->next;
			if (task->process->group == group)
				visit(tracefs, task);
		}
	}
}
