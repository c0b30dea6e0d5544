/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of a tracing session: an entry and its exit are put together and go through the decoder, as of any recorder.
 *
 * Once an entry's event is off, an exit stands alone: it then tells of the call's result, and nothing of its arguments.
 */
#include <errno.h>
#include <string.h>

#include "record/tracefs_internal.h"

/* What a call returns to the kernel's own code only; a program sees EINTR, or the call again. include/linux/errno.h */
#define RESTART_FIRST 512	/* ERESTARTSYS */
#define RESTART_LAST 516	/* ERESTART_RESTARTBLOCK; ENOIOCTLCMD, 515, stands between */

static bool is_recorded(const struct tracefs_process *process)
{
	return process->stage != STAGE_HOST && !process->until_exec;
}

/* The kernel's record is all that is known of a caller's memory by now: it tells what a pointer of clone3() points to, if
 * the call made a task. */
static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	const struct tracefs_task *task = context;

	if (!task->made_flags || address != task->call.args[0] || length > sizeof(task->made_flags))
		return -EFAULT;
	memcpy(buffer, &task->made_flags, length);
	return (ssize_t)length;
}

static bool is_member(void *context, pid_t pid)
{
	const struct tracefs_task *task = context;
	const struct tracefs_task *other = tracefs_task_find(task->process->group->tracefs, pid);

	return other && other->process->group == task->process->group;
}

struct task tracefs_task_told(struct tracefs_task *task)
{
	return (struct task){
		.tid = task->tid,
		.pid = task->process->pid,
		.by = task->process->by,
		.phase = task->process->stage == STAGE_RUNTIME ? PHASE_RUNTIME : PHASE_PROGRAM,
		.context = task,
		.read_memory = read_memory,
		.is_member = is_member,
	};
}

static void decode(struct tracefs *tracefs, struct tracefs_task *task, bool seen, int64_t result)
{
	struct decoder *decoder = task->process->group->decoder;
	struct task caller = tracefs_task_told(task);
	struct pending *pending;

	tracefs_keep_code(tracefs, decode_entry(decoder, &caller, &task->call, &pending));
	if (seen)
		tracefs_keep_code(tracefs, decode_exit(decoder, &caller, pending, result));
	else
		tracefs_keep_code(tracefs, decode_unseen(decoder, &caller, pending));
}

static void turn(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record,
		 enum tracefs_side side)
{
	if (tracefs_interest_turn(tracefs->interest, record->number, side, record->time_ns) == TRACEFS_WIDENED) {
		struct event event = {
			.kind = EVENT_SYSCALL, .syscall = { .abi = arch_native(), .number = record->number },
		};

		tracefs_send(task->process->group, task->process, &event);
		tracefs_note(task->process->group, TRACEFS_NOTE_WIDENED);
	}
}

static bool learn_entry(struct tracefs *tracefs, struct tracefs_task *task)
{
	return tracefs_lesson_entered(tracefs->interest, task->process->group->lessons, task->call.number, task->call.args);
}

/* By its number a call of another ABI: what the machine's own does not know, it answers with ENOSYS. */
static bool is_foreign(const struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct arch *abi = arch_find(arch_native()->audit_arch, record->number);
	char name[SYSCALL_NAME_MAX];

	if (!record->raw || abi != arch_native())
		return false;
	return task->process->foreign || (record->kind == TRACEFS_EXIT && record->result != -ENOSYS &&
					  syscall_name(abi, record->number, name)[0] == '#');
}

void tracefs_call_entered(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct arch *abi = arch_find(arch_native()->audit_arch, record->number);

	tracefs_check_over(tracefs, task);
	tracefs_call_cut_short(tracefs, task);
	if (!abi || is_foreign(task, record))
		return;
	task->call = (struct call){ .abi = abi, .number = record->number };
	memcpy(task->call.args, record->args, sizeof(task->call.args));
	task->made_flags = 0;
	task->in_call = true;
	task->taught = is_recorded(task->process);
	tracefs_capability_entered(tracefs, task);
	if (!task->taught)
		return;
	task->news = learn_entry(tracefs, task);
	turn(tracefs, task, record, TRACEFS_SIDE_ENTER);
	if (tracefs_events_has(tracefs->events, record->number) &&
	    !tracefs_event_is_on(tracefs->events, record->number, TRACEFS_SIDE_EXIT))
		tracefs_call_cut_short(tracefs, task);
}

void tracefs_call_cut_short(struct tracefs *tracefs, struct tracefs_task *task)
{
	if (task->in_call && task->news)
		decode(tracefs, task, false, 0);
	task->in_call = false;
	task->news = false;
}

/* What a filter refused never enters; of a ruled call nothing may be said then that would stand for any argument. */
static void send_result(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record,
			int64_t result)
{
	const struct tracefs_lessons *lessons = task->process->group->lessons;
	struct event event = {
		.kind = EVENT_SYSCALL,
		.syscall = {
			.abi = arch_find(arch_native()->audit_arch, record->number), .number = record->number,
			.has_result = true, .result = result,
		},
	};

	if (event.syscall.abi &&
	    (!tracefs_is_ruled(tracefs->interest, record->number) || !tracefs_was_seen(lessons, record->number)))
		tracefs_send(task->process->group, task->process, &event);
}

void tracefs_call_left(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	bool restarts = record->result <= -RESTART_FIRST && record->result >= -RESTART_LAST;
	int64_t result = restarts ? -EINTR : record->result;
	bool entered = task->in_call && task->call.number == record->number, news;

	tracefs_check_over(tracefs, task);
	if (is_foreign(task, record)) {
		tracefs_say_foreign(task->process->group);
		task->in_call = false;
		return;
	}
	tracefs_capability_left(tracefs, task, record->number, result);
	if (!entered)
		tracefs_call_cut_short(tracefs, task);
	if (!is_recorded(task->process)) {
		task->in_call = false;
		return;
	}
	if (entered && !task->taught)	/* the execve() that made it a member */
		task->news = learn_entry(tracefs, task);
	news = tracefs_lesson_left(tracefs->interest, task->process->group->lessons, record->number, result);
	if (entered && (news || task->news))
		decode(tracefs, task, true, result);
	else if (news)
		send_result(tracefs, task, record, result);
	task->in_call = false;
	task->news = false;
	turn(tracefs, task, record, TRACEFS_SIDE_EXIT);
}

/* Another program began, of another ABI: the end of its execve() is told by no event of ours. */
void tracefs_call_became_foreign(struct tracefs *tracefs, struct tracefs_task *task)
{
	if (task->in_call && (task->news || !task->taught))
		decode(tracefs, task, true, 0);
	task->in_call = false;
	task->news = false;
}

void tracefs_call_made_task(struct tracefs_task *task, uint64_t flags)
{
	if (task->in_call)
		task->made_flags = flags;
}
