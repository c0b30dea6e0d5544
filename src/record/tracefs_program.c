/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which program a process runs, from what the kernel told of its execve().
 *
 * By the time that is read, the process may run another program or be gone: the name is looked up as the process would have,
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
#include "snug/memory.h"



static const char *keep(struct tracefs_group *group, const char *path)
{
	string_set_add(&group->programs, path);
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

static bool is_told_by_proc(const char *name)
{
	return strncmp(name, "/proc/", 6) == 0 || strncmp(name, "/dev/fd/", 8) == 0;
}

/* From the process's own root and folder; once it is gone, from where its group began: that root is the likely one, and the
 * folder that of the group's first program. */
static void look_up(struct tracefs_group *group, pid_t pid, const char *name, bool is_first, struct resolved *ret)
{
	struct resolve_request request = { .tid = pid, .dirfd = AT_FDCWD, .path = name };
	struct origin origin = ORIGIN_NONE;

	origin_open(group->tracefs->resolver, &request, &origin);
	if (origin.root < 0 && (name[0] == '/' || is_first) && group->root.root >= 0) {
		origin.root = fcntl(group->root.root, F_DUPFD_CLOEXEC, 0);
		origin.at = fcntl(name[0] == '/' ? group->root.root : group->root.at, F_DUPFD_CLOEXEC, 0);
	}
	resolve_from(group->tracefs->resolver, &request, &origin, ret);
	origin_close(&origin);
}

/* The program of a script is its interpreter. `ret` is to be ended by resolved_done(). */
static void find_program_file(struct tracefs_group *group, pid_t pid, const char *name, bool is_first,
			      struct resolved *ret)
{
	look_up(group, pid, name, is_first, ret);
	for (int depth = 1; depth < INTERPRETERS_MAX && is_program(ret) && !ret->remote; depth++) {
		struct interpreters of = { 0 };

		read_interpreters(ret->fd, &of);
		free(of.of_elf);
		if (!of.of_script)
			return;
		resolved_done(ret);
		look_up(group, pid, of.of_script, is_first, ret);
		free(of.of_script);
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

static void find_program(struct tracefs_group *group, pid_t pid, const char *name, bool is_first, struct resolved *ret)
{
	*ret = RESOLVED_NONE;
	if (name && !is_told_by_proc(name))
		find_program_file(group, pid, name, is_first, ret);
	if (!ret->path || ret->path[0] != '/') {
		resolved_done(ret);
		find_by_proc(pid, ret);
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

void tracefs_program_began(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	struct tracefs_process *process = task->process;
	struct tracefs_group *group = process->group;
	bool is_first = process->until_exec, starts = is_first || process->stage == STAGE_RUNTIME;
	struct resolved program;

	process->until_exec = false;
	if (process->stage == STAGE_HOST)
		return;
	find_program(group, process->pid, record->text, is_first, &program);
	if (program.path)
		send_exec(group, process, program.path);
	process->by = program.path ? keep(group, program.path) : NULL;
	process->stage = STAGE_PROGRAM;
	process->foreign = program.fd >= 0 && !program.remote && is_foreign_program(program.fd);
	if (process->foreign) {
		tracefs_say_foreign(group);
		tracefs_call_became_foreign(tracefs, task);
	}
	tracefs_capability_execs(tracefs, task, record->other, program.fd);
	resolved_done(&program);
	if (starts && group->options.started)
		group->options.started(group->options.context, process->pid);
}
