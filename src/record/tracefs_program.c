/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which program a process runs, from what the kernel told of its execve().
 *
 * By the time that is read, the process may run another program or be gone: the name is looked up from where the process stood,
 * and only a name that means something else for everybody (/proc/self/exe, /dev/fd/3) is taken from /proc.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/program_file.h"
#include "record/tracefs_internal.h"
#include "snug/clock.h"
#include "snug/memory.h"

static const char *keep(struct tracefs_group *group, const char *path)
{
	if (string_set_add(&group->programs, path) && group->tracefs->known)
		tracefs_known_forget(group->tracefs->known);
	for (size_t i = 0; i < group->programs.count; i++)
		if (strcmp(group->programs.items[i], path) == 0)
			return group->programs.items[i];
	return NULL;
}

const char *tracefs_program_now(struct tracefs_group *group, pid_t pid)
{
	auto_free char *exe = read_task_link(pid, "exe");

	return exe ? keep(group, exe) : NULL;
}

const struct arch *tracefs_abi_now(pid_t pid)
{
	auto_close int look = -1;
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/exe", (int)pid);
	look = open(name, O_PATH | O_CLOEXEC);
	return look < 0 ? NULL : foreign_program_abi(look);
}

static bool is_told_by_proc(const char *name)
{
	return strncmp(name, "/proc/", 6) == 0 || strncmp(name, "/dev/fd/", 8) == 0;
}

/* The program of a script is its interpreter. `ret` is to be ended by resolved_done(). */
static void find_program_file(struct tracefs *tracefs, const struct tracefs_place *place, pid_t pid, const char *name,
			      struct resolved *ret)
{
	tracefs_place_resolve(place, tracefs->resolver, pid, name, ret);
	for (int depth = 1; depth < INTERPRETERS_MAX && is_program(ret) && !ret->remote; depth++) {
		const struct program_facts *facts = program_facts_read(tracefs->programs, ret->fd, true);

		if (!facts->of_script)
			return;
		resolved_done(ret);
		tracefs_place_resolve(place, tracefs->resolver, pid, facts->of_script, ret);
	}
}

/* What the process runs now: another program than it did then, if it was quick. */
static void find_by_proc(pid_t pid, struct resolved *ret)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/exe", (int)pid);
	*ret = RESOLVED_NONE;
	ret->path = read_task_link(pid, "exe");
	ret->fd = open(name, O_PATH | O_CLOEXEC);
}

static void find_program(const struct tracefs_process *process, const char *name, struct resolved *ret)
{
	*ret = RESOLVED_NONE;
	if (name && !is_told_by_proc(name))
		find_program_file(process->group->tracefs, process->place, process->pid, name, ret);
	if (!ret->path || ret->path[0] != '/') {
		resolved_done(ret);
		find_by_proc(process->pid, ret);
	}
}

static void send_exec(struct tracefs_group *group, const struct tracefs_process *process, const char *program)
{
	struct event event = { .kind = EVENT_EXEC, .exec = { .from = process->by, .to = program } };
	struct event file = {
		.kind = EVENT_FILE,
		.file = {
			.path = program, .kind = FILE_KIND_FILE, .outcome = OUTCOME_OK,
			.access = ACCESS_READ | ACCESS_EXECUTE | ACCESS_MAP_EXECUTE,
		},
	};

	tracefs_send(group, process, &event);
	tracefs_send(group, process, &file);
}

static void runs(struct tracefs *tracefs, struct tracefs_task *task, const struct arch *foreign,
		 const struct tracefs_record *record)
{
	struct tracefs_process *process = task->process;
	bool told = tracefs_raw_program_began(tracefs->raw, record->text ? record->text : "", !foreign, record->time_ns);

	if (foreign != process->foreign)
		tracefs_call_exec_told(tracefs, task);
	tracefs_process_runs(tracefs, process, foreign);
	if (!foreign)
		return;
	tracefs_note(process->group, TRACEFS_NOTE_FOREIGN);
	if (!told)
		tracefs_lost_foreign(process->group);
}

void tracefs_expects(struct tracefs_group *group, const char *program)
{
	struct tracefs *tracefs = group->tracefs;
	struct tracefs_place *ours = tracefs_place_open(tracefs->resolver, getpid());
	struct resolved file;

	find_program_file(tracefs, ours, getpid(), program, &file);
	if (file.fd >= 0 && !file.remote && !foreign_program_abi(file.fd))
		tracefs_raw_knows(tracefs->raw, program);
	resolved_done(&file);
	tracefs_place_leave(ours);
}

void tracefs_met_foreign(struct tracefs_group *group)
{
	if (!tracefs_raw_tells_all(group->tracefs->raw))
		tracefs_lost_foreign(group);
	tracefs_raw_expects(group->tracefs->raw, monotonic_ns());
}

#define TOLD_NS 60000000000ull	/* from what was told of a program to the record of its beginning, at most; mostly milliseconds */

/* A program that a process has begun, or is about to, of which tracing will tell later. */
struct told_program {
	struct told_program *next;
	pid_t pid;
	bool expected;		/* told before it began: */
	uint64_t time_ns;	/* else after it began, and before its process can begin another */
	const char *path;	/* kept by the group */
	struct statx file;
};

static void forget_told(struct tracefs_group *group, struct told_program **link)
{
	struct told_program *told = *link;

	*link = told->next;
	if (!*link)
		group->told_end = link;
	free(told);
}

static void tell(struct tracefs_group *group, const struct told_program *of)
{
	struct told_program *told = xcalloc(1, sizeof(*told));

	*told = *of;
	told->time_ns = monotonic_ns();
	while (group->told && group->told->time_ns + TOLD_NS < told->time_ns)	/* its execve() failed */
		forget_told(group, &group->told);
	*group->told_end = told;
	group->told_end = &told->next;
}

void tracefs_program_told(struct tracefs_group *group, pid_t pid, const char *program, const struct statx *file)
{
	tell(group, &(struct told_program){ .pid = pid, .path = keep(group, program), .file = *file });
}

/* What it is shall be known even if nothing is left of the process when its record is read. */
void tracefs_expects_of(struct tracefs_group *group, pid_t pid, const char *program)
{
	struct tracefs *tracefs = group->tracefs;
	struct tracefs_place *place = tracefs_place_open(tracefs->resolver, pid);
	struct told_program told = { .pid = pid, .expected = true };
	struct resolved file;

	find_program_file(tracefs, place, pid, program, &file);
	if (program_facts_read(tracefs->programs, file.fd, !file.remote)->foreign)
		tracefs_raw_expects(tracefs->raw, monotonic_ns());
	told.path = file.path ? keep(group, file.path) : NULL;
	if (told.path && file.fd >= 0 && statx(file.fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, PROGRAM_MASK, &told.file) == 0)
		tell(group, &told);
	resolved_done(&file);
	tracefs_place_leave(place);
}

void tracefs_programs_forget(struct tracefs_group *group)
{
	while (group->told)
		forget_told(group, &group->told);
}

/* What was told of a program that began at that time: the last that was expected before it, or the first after it. Earlier ones of its
 * process never came to be read of, or did not begin. */
static bool take_told(struct tracefs_group *group, pid_t pid, uint64_t time_ns, struct told_program *ret)
{
	struct told_program **link = &group->told;
	bool found = false, over = false;

	while (*link && !over) {
		const struct told_program *told = *link;
		bool later = told->time_ns > time_ns;

		if (told->pid != pid || (told->expected && later)) {
			link = &(*link)->next;
			continue;
		}
		over = later;
		if (told->expected || later) {
			*ret = *told;
			found = true;
		}
		forget_told(group, link);
	}
	return found;
}

/* Returns the program's path, kept by the group; NULL = nobody knows. `ret_facts` is of use until the next file is read. */
static const char *program_of(const struct tracefs_process *process, const struct tracefs_record *record,
			      const struct program_facts **ret_facts)
{
	struct tracefs_group *group = process->group;
	struct program_memory *memory = group->tracefs->programs;
	struct told_program told;
	struct resolved file;
	const char *path = NULL;

	if (take_told(group, process->pid, record->time_ns, &told)) {
		*ret_facts = program_facts_known(memory, &told.file);
		if (*ret_facts)
			return told.path;
		path = told.path;
	}
	find_program(process, record->text, &file);
	*ret_facts = program_facts_read(memory, file.fd, !file.remote);
	if (!path && file.path)
		path = keep(group, file.path);
	resolved_done(&file);
	return path;
}

void tracefs_program_began(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	struct tracefs_process *process = task->process;
	struct tracefs_group *group = process->group;
	bool leaves_runtime = process->stage == STAGE_RUNTIME, starts = process->until_exec || leaves_runtime;
	const struct program_facts *facts;
	const char *program;

	process->until_exec = false;
	if (process->stage == STAGE_HOST)
		return;
	program = program_of(process, record, &facts);
	if (program && !group->options.programs_elsewhere)
		send_exec(group, process, program);
	process->by = program;
	if (leaves_runtime)
		tracefs_call_exec_told(tracefs, task);	/* it is the runtime's last call, not the program's first */
	process->stage = STAGE_PROGRAM;
	if (process->files)
		tracefs_files_exec(&process->files);
	if (starts && !group->began_ns)
		group->began_ns = record->time_ns;
	runs(tracefs, task, facts->foreign, record);
	if (leaves_runtime && group->options.from_runtime)
		tracefs_capability_joins(group, task->tid);
	tracefs_capability_execs(tracefs, task, record->other, facts);
	if (starts && group->options.started)
		group->options.started(group->options.context, process->pid);
}
