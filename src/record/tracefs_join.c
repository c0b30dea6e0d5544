/* SPDX-License-Identifier: Apache-2.0 */
/* How processes become members of a tracing session, which run already. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/proc_file.h"
#include "record/tracefs_internal.h"
#include "snug/cleanup.h"
#include "snug/text.h"

static struct tracefs_process *process_of(struct tracefs_group *group, pid_t pid, enum stage stage)
{
	struct tracefs_task *leader = tracefs_task_find(group->tracefs, pid);
	struct tracefs_process *process;

	if (leader)
		return leader->process;
	process = tracefs_process_new(group, pid, NULL);
	process->stage = stage;
	process->until_exec = group->options.until_exec;
	process->by = process->until_exec || stage != STAGE_PROGRAM ? NULL : tracefs_program_now(group, pid);
	tracefs_process_moved(group->tracefs, process);
	if (group->tracefs->paths)
		process->files = tracefs_files_now(pid);
	if (!process->until_exec)
		tracefs_process_runs(group->tracefs, process, tracefs_abi_now(pid));
	return process;
}

/* Processes on their way into a group. */
struct joining {
	struct tracefs_group *group;
	enum stage (*stage_of)(pid_t pid, const void *context);	/* NULL: as `stage` says */
	const void *context;
	enum stage stage;
	bool descendants;	/* with all that they have started */
	struct text members;	/* those that are new, a line for the kernel */
	int found;		/* of these */
};

static void find_tasks(struct joining *joining, pid_t pid, enum stage of_parent);

/* Of one task; needs CONFIG_PROC_CHILDREN. */
static void find_children(struct joining *joining, pid_t pid, pid_t tid)
{
	char path[64];
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)tid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fscanf(file, "%d", &child) == 1)
		find_tasks(joining, child, tracefs_stage(joining->group->tracefs, pid));
}

/* What a program has forked is the program, too, whether it executes something or not. */
static enum stage stage_of(const struct joining *joining, pid_t pid, enum stage of_parent)
{
	if (!joining->stage_of)
		return joining->stage;
	return of_parent == STAGE_PROGRAM ? of_parent : joining->stage_of(pid, joining->context);
}

static void find_task(struct joining *joining, pid_t pid, pid_t tid, enum stage of_parent)
{
	struct tracefs_group *group = joining->group;
	/* At the execve() that makes the program: what the leader has is the program's, other threads of a Go runtime have more. */
	bool is_held = !group->options.from_runtime;
	enum stage stage = stage_of(joining, pid, of_parent);

	if (tracefs_task_find(group->tracefs, tid))
		return;
	tracefs_task_add(group, tid, process_of(group, pid, stage));
	if (stage == STAGE_PROGRAM || (is_held && tid == pid))
		tracefs_capability_joins(group, tid);
	text_printf(&joining->members, " %d", (int)tid);
	joining->found++;
}

static void find_tasks(struct joining *joining, pid_t pid, enum stage of_parent)
{
	const struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid <= 0)
			continue;
		find_task(joining, pid, tid, of_parent);
		if (joining->descendants)
			find_children(joining, pid, tid);
	}
	if (tasks)
		closedir(tasks);
}

/* Who ended before it was a member, or is only waited for, ends by no record; and whose end was told before it was known, by none
 * that is still to come: it may have been a member by its parent. */
static void drop_ended(const struct joining *joining)
{
	struct tracefs *tracefs = joining->group->tracefs;
	char *next;

	for (const char *at = text_cstr(&joining->members); *at; at = next) {
		pid_t tid = (pid_t)strtol(at, &next, 10);
		struct tracefs_task *task = tracefs_task_find(tracefs, tid);

		if (task && task_ends(tid))
			tracefs_task_end(tracefs, task);
	}
}

/* Children of members are, and so is what tracefs_fork() has started. */
static bool are_members(const struct joining *joining)
{
	CLEANUP(text_done) struct text list = TEXT_EMPTY;
	char *next, *end;

	if (tracefs_file_read(joining->group->tracefs->instance.folder, "set_event_pid", &list) < 0)
		return false;
	for (const char *at = text_cstr(&joining->members); *at; at = next) {
		long tid = strtol(at, &next, 10);
		const char *line = text_cstr(&list);

		while (*line && strtol(line, &end, 10) != tid)
			line = *end ? end + 1 : end;
		if (!*line)
			return false;
	}
	return true;
}

/*
 * Known first, members then: no record of them is a stranger's. All by one write, which waits some 10 ms for every CPU to have
 * heard of it. A process may start threads and others while we walk: until a walk finds nothing new.
 */
static int join(struct joining *joining, pid_t pid, struct error *err)
{
	int added = 0, code = 0;

	do {
		joining->found = 0;
		text_clear(&joining->members);
		find_tasks(joining, pid, STAGE_HOST);
		if (joining->found && !are_members(joining))
			code = tracefs_file_append(joining->group->tracefs->instance.folder, "set_event_pid",
						   text_cstr(&joining->members));
		drop_ended(joining);
		added += joining->found;
	} while (joining->found && code == 0);
	text_done(&joining->members);
	if (code < 0)
		return error_errno(err, code, "cannot make process %d a member of the recording", (int)pid);
	return added;
}

int tracefs_add_process(struct tracefs_group *group, pid_t pid, enum stage stage, struct error *err)
{
	return join(&(struct joining){ .group = group, .stage = stage }, pid, err);
}

int tracefs_attach(struct tracefs_group *group, pid_t pid, struct error *err)
{
	return join(&(struct joining){ .group = group, .stage = STAGE_PROGRAM, .descendants = true }, pid, err);
}

/* Seccomp_filters of /proc/PID/status (Linux 5.9), else whether there are any. */
static long filters_of(pid_t pid)
{
	long count = task_status_number(pid, "Seccomp_filters:");

	return count >= 0 ? count : task_status_number(pid, "Seccomp:");
}

/* Runtimes fork what becomes the container's program: who has executed something since is that already. */
static enum stage stage_by_filters(pid_t pid, const void *context)
{
	const long *of_runtime = context;

	if (filters_of(pid) <= *of_runtime)
		return STAGE_HOST;
	return task_has_executed(pid) ? STAGE_PROGRAM : STAGE_RUNTIME;
}

int tracefs_attach_runtime(struct tracefs_group *group, pid_t pid, struct error *err)
{
	long filters = filters_of(pid);

	return join(&(struct joining){ .group = group, .stage_of = stage_by_filters, .context = &filters, .descendants = true },
		    pid, err);
}
