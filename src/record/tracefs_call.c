/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of a tracing session: an entry and its exit are put together and go through the decoder, as of any recorder.
 *
 * Once an entry's event is off, an exit stands alone: it then tells of the call's result, and nothing of its arguments.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "record/container_stage.h"
#include "record/tracefs_internal.h"

/* What a call returns to the kernel's own code only; a program sees EINTR, or the call again. include/linux/errno.h */
#define RESTART_FIRST 512	/* ERESTARTSYS */
#define RESTART_LAST 516	/* ERESTART_RESTARTBLOCK; ENOIOCTLCMD, 515, stands between */

/* No call's: of the end of rt_sigreturn(2), by which the interrupted program goes on, and of one that a tracer called off. */
#define NO_NUMBER UINT64_MAX

static bool is_recorded(const struct tracefs_process *process)
{
	return process->stage != STAGE_HOST && !process->until_exec;
}

/* The kernel's record is all that is known of a caller's memory by now: it tells what a pointer of clone3() points to, if
 * the call made a task. */
static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	const struct tracefs_task *task = context;

	if (task->memory_count)
		return tracefs_past_read(task, address, buffer, length);
	if (!task->made_flags || address != task->call.args[0] || length > sizeof(task->made_flags))
		return -EFAULT;
	memcpy(buffer, &task->made_flags, length);
	return (ssize_t)length;
}

static bool is_member(void *context, pid_t pid)
{
	const struct tracefs_task *task = context;
	const struct tracefs_group *group = task->process->group, *others;
	const struct tracefs_task *other = tracefs_task_find(group->tracefs, pid);

	others = other ? other->process->group : NULL;
	return others == group || (others && group->family && others->family == group->family);
}

static bool tells_files(const struct tracefs_task *task)
{
	return task->process->group->tracefs->paths && task->in_call && task->call.abi == arch_native();
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
		.past = tells_files(task) ? &tracefs_past : NULL,
		.is_member = is_member,
	};
}

static void decode(struct tracefs *tracefs, struct tracefs_task *task, bool seen, int64_t result)
{
	struct decoder *decoder = task->process->group->decoder;
	struct task caller = tracefs_task_told(task);
	struct pending *pending;

	if (task->by)	/* execve() ends in another program */
		caller.by = task->by;
	tracefs_keep_code(tracefs, decode_entry(decoder, &caller, &task->call, &pending));
	if (seen)
		tracefs_keep_code(tracefs, decode_exit(decoder, &caller, pending, result));
	else
		tracefs_keep_code(tracefs, decode_unseen(decoder, &caller, pending));
}

/* Events of single calls are of the machine's own ABI, and so is x32 by its audit architecture. NULL: it is no call, or of an
 * ABI that is not known. */
static const struct arch *abi_of(const struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct arch *foreign = record->raw ? task->process->foreign : NULL;
	uint32_t native = arch_native()->audit_arch;

	if (record->number == NO_NUMBER)
		return NULL;
	return foreign && foreign->audit_arch != native ? foreign : arch_find(native, record->number);
}

/* Of calls of other ABIs, and of a runtime's, which say nothing of the program's, the decoder alone remembers what is known. */
static bool is_lesson(const struct tracefs_task *task, const struct call *call)
{
	return call->abi == arch_native() && task->process->stage == STAGE_PROGRAM && task->process->group->lessons;
}

static void turn(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record,
		 enum tracefs_side side)
{
	const struct call call = { .abi = abi_of(task, record), .number = record->number };

	if (is_lesson(task, &call) &&
	    tracefs_interest_turn(tracefs->interest, record->number, side, record->time_ns) == TRACEFS_WIDENED) {
		struct event event = {
			.kind = EVENT_SYSCALL, .syscall = { .abi = arch_native(), .number = record->number },
		};

		tracefs_send(task->process->group, task->process, &event);
		tracefs_note(task->process->group, TRACEFS_NOTE_WIDENED);
	}
}

static bool learn_entry(struct tracefs *tracefs, struct tracefs_task *task)
{
	return !is_lesson(task, &task->call) ||
	       tracefs_lesson_entered(tracefs->interest, task->process->group->lessons, task->call.number, task->call.args);
}

static bool uses_files(const struct tracefs_task *task)
{
	return tells_files(task) && decode_needs_files(task->process->group->decoder, &task->call);
}

static bool is_told_twice(struct tracefs *tracefs, const struct tracefs_task *task, const struct tracefs_record *record)
{
	if (!record->raw || abi_of(task, record) != arch_native() || !tracefs_events_has(tracefs->events, record->number))
		return false;
	if (!task->process->foreign)
		tracefs_raw_told_twice(tracefs->raw, task->tid, record->time_ns);
	return true;
}

/* By a number that the machine's own ABI does not know, and answers with ENOSYS. */
static bool is_of_unknown_abi(const struct tracefs_record *record, const struct call *call)
{
	char name[SYSCALL_NAME_MAX];

	return record->raw && call->abi == arch_native() && record->result != -ENOSYS &&
	       syscall_name(call->abi, call->number, name)[0] == '#';
}

void tracefs_call_entered(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct arch *abi = abi_of(task, record);

	if (!abi || is_told_twice(tracefs, task, record))
		return;
	tracefs_check_over(tracefs, task);
	tracefs_call_cut_short(tracefs, task);
	task->exec_told = false;
	task->call = (struct call){ .abi = abi, .number = record->number };
	memcpy(task->call.args, record->args, sizeof(task->call.args));
	task->by = task->process->by;
	task->made_flags = 0;
	task->in_call = true;
	tracefs_past_keep(tracefs, task, record);
	task->taught = is_recorded(task->process);
	tracefs_capability_entered(tracefs, task);
	if (!task->taught)
		return;
	task->news = learn_entry(tracefs, task) || uses_files(task);
	turn(tracefs, task, record, TRACEFS_SIDE_ENTER);
	if (abi == arch_native() && tracefs_events_has(tracefs->events, record->number) &&
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
static void send_result(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result)
{
	const struct tracefs_lessons *lessons = task->process->group->lessons;
	struct event event = {
		.kind = EVENT_SYSCALL,
		.syscall = { .abi = call->abi, .number = call->number, .has_result = true, .result = result },
	};

	if (call->abi == arch_native() && lessons &&
	    (!tracefs_is_ruled(tracefs->interest, call->number) || !tracefs_was_seen(lessons, call->number)))
		tracefs_send(task->process->group, task->process, &event);
}

static bool learn_exit(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result)
{
	return is_lesson(task, call) &&
	       tracefs_lesson_left(tracefs->interest, task->process->group->lessons, call->number, result);
}

/* Without its arguments, where the caller went has to be read from /proc, where it may have gone on since. */
static void moved(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, bool entered, int64_t result)
{
	if (call->abi != arch_native())
		return;
	if (tracefs->paths && entered)
		tracefs_past_moves(tracefs, task, result);
	else if (tracefs->paths)
		tracefs_past_opened_known(tracefs, task->process, call, result);
	else if (result == 0 && call_moves(call_table_find(tracefs->table, call->number)))
		tracefs_process_moved(tracefs, task->process);
}

static void begin_runtime(struct tracefs_process *process)
{
	process->stage = STAGE_RUNTIME;
	process->by = NULL;
}

/* What loads a filter, one with a listener where there is one, on its way into a container, is the container's runtime from then on. */
static void follow_load(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result)
{
	struct tracefs_process *process = task->process;

	if (process->stage != STAGE_HOST || call->abi != arch_native() || result < 0)
		return;
	if (process->group->options.any_filter ? stage_loads_filter(call->abi, call->number, task->call.args)
					       : (int)call->number == tracefs->load_number &&
						 task->call.args[0] == SECCOMP_SET_MODE_FILTER &&
						 task->call.args[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		begin_runtime(process);
}

static void left(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result)
{
	bool entered = task->in_call && task->call.number == call->number, news, was_recorded = is_recorded(task->process);

	tracefs_capability_left(tracefs, task, entered ? &task->call : call, result);
	if (!entered)
		tracefs_call_cut_short(tracefs, task);
	if (entered)
		follow_load(tracefs, task, call, result);
	if (!was_recorded) {
		moved(tracefs, task, call, entered, result);
		return;
	}
	if (entered && !task->taught)	/* the execve() that made it a member */
		task->news = learn_entry(tracefs, task);
	news = learn_exit(tracefs, task, entered ? &task->call : call, result);
	if (entered && tells_files(task) && !tracefs_past_repair(task, result))
		tracefs_lost(task->process->group, "paths", 1);
	if (entered && (news || task->news) && !tracefs_past_again(task, result))
		decode(tracefs, task, true, result);
	else if (!entered && news)
		send_result(tracefs, task, call, result);
	moved(tracefs, task, call, entered, result);
}

void tracefs_call_left(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct call call = { .abi = abi_of(task, record), .number = record->number };
	bool restarts = record->result <= -RESTART_FIRST && record->result >= -RESTART_LAST;

	if (!call.abi || is_told_twice(tracefs, task, record))
		return;
	tracefs_check_over(tracefs, task);
	if (is_of_unknown_abi(record, &call))
		tracefs_lost_foreign(task->process->group);
	else if (!task->exec_told)
		left(tracefs, task, &call, restarts ? -EINTR : record->result);
	task->exec_told = false;
	task->in_call = false;
	task->news = false;
	if (record->raw && call.abi == arch_native() && record->result >= 0)
		tracefs_raw_keep(tracefs->raw);
	if (is_recorded(task->process))
		turn(tracefs, task, record, TRACEFS_SIDE_EXIT);
}

/* Another program began, of another ABI: its execve() ends under the old number, which means another call now. */
void tracefs_call_exec_told(struct tracefs *tracefs, struct tracefs_task *task)
{
	if (task->in_call && (task->news || !task->taught))
		decode(tracefs, task, true, 0);
	task->exec_told = true;
	task->in_call = false;
	task->news = false;
}

/* Calls of a program of that ABI are told by raw_syscalls. */
void tracefs_call_foreign(const struct tracefs_task *task)
{
	if (is_recorded(task->process) && !task->process->foreign)
		tracefs_lost_foreign(task->process->group);
}

void tracefs_call_made_task(struct tracefs_task *task, uint64_t flags)
{
	if (task->in_call)
		task->made_flags = flags;
}
