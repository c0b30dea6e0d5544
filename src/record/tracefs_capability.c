/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability checks of a tracing session: records of one check are put together and told to the group's tracker, which
 * binds them to calls, and which knows what events that needs.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/tracefs_internal.h"
#include "snug/memory.h"

#define OPT_NOAUDIT 2u		/* CAP_OPT_NOAUDIT, include/linux/security.h */
#define ANY_CALL (TRACEFS_NUMBERS_MAX - 1)	/* wanted only if every call is */
#define INITIAL_USER_NAMESPACE "user:[4026531837]"	/* PROC_USER_INIT_INO, include/linux/proc_ns.h */

/* A check by a process that is not recorded yet is ours, but for the execve() that makes it so. Nor are a runtime's: it has
 * more capabilities than the program will. */
static bool is_told(const struct tracefs *tracefs, const struct tracefs_task *task)
{
	const struct tracefs_process *process = task->process;
	bool before;

	if (process->stage == STAGE_HOST || !process->group->tracker)
		return false;
	before = process->until_exec || process->stage == STAGE_RUNTIME;
	return !before || (task->in_call && tracefs_is_exec(tracefs, task->call.number));
}

static bool is_wanted(struct tracefs *tracefs, uint64_t number, enum tracefs_side side)
{
	for (const struct tracefs_group *group = tracefs->groups; group; group = group->next)
		if (group->tracker && (side == TRACEFS_SIDE_ENTER ? capability_entry_wanted : capability_exit_wanted)(
					      group->tracker, arch_native(), number))
			return true;
	return false;
}

static void want(struct tracefs *tracefs, uint64_t number)
{
	tracefs_interest_want(tracefs->interest, number, TRACEFS_SIDE_ENTER, is_wanted(tracefs, number, TRACEFS_SIDE_ENTER));
	tracefs_interest_want(tracefs->interest, number, TRACEFS_SIDE_EXIT, is_wanted(tracefs, number, TRACEFS_SIDE_EXIT));
}

/* After each check, and each call: at some time those without a name are waited for no longer. */
static void want_calls(struct tracefs *tracefs, uint64_t number)
{
	bool all = is_wanted(tracefs, ANY_CALL, TRACEFS_SIDE_ENTER);

	if (all == tracefs->all_wanted)
		want(tracefs, number);
	for (uint64_t other = 0; all != tracefs->all_wanted && other < TRACEFS_NUMBERS_MAX; other++)
		want(tracefs, other);
	tracefs->all_wanted = all;
}

void tracefs_capability_calls(struct tracefs *tracefs)
{
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++)
		want(tracefs, number);
}

static bool may_be_muted(const struct tracefs *tracefs, int number)
{
	for (const struct tracefs_group *group = tracefs->groups; group; group = group->next)
		if (group->tracker && !capability_may_be_muted(group->tracker, number))
			return false;
	return true;
}

/* Of the group's own first process, when that is not in the initial one: what is asked for before it has made another. */
static bool is_own_namespace(struct tracefs_group *group, uint64_t target)
{
	if (!target || target == tracefs_events_user_namespace(group->tracefs->events))
		return false;
	if (!group->user_namespace && group->in_user_namespace)
		group->user_namespace = target;
	return target != group->user_namespace;
}

void tracefs_check_over(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct held_check *held = &task->check;
	struct tracefs_group *group = task->process->group;
	const char *stack[TRACEFS_STACK_MAX];
	struct task caller;
	struct capability_check check = {
		.number = held->number, .granted = held->granted, .unaudited = held->unaudited, .stack = stack,
	};

	if (!held->open)
		return;
	held->open = false;
	caller = tracefs_task_told(task);
	check.own_userns = is_own_namespace(group, held->target);
	check.depth = tracefs_checks_stack(tracefs->checks, held->stack, held->depth, stack);
	tracefs_keep_code(tracefs, capability_checked(group->tracker, &caller, &check));
	if (!tracefs_checks_muted(tracefs->checks, check.number) && may_be_muted(tracefs, check.number))
		tracefs_checks_mute(tracefs->checks, check.number, true);
	if (!task->in_call || task->call.abi == arch_native())	/* calls of other ABIs are all told */
		want_calls(tracefs, task->in_call ? task->call.number : ANY_CALL);
}

void tracefs_check_asked(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	tracefs_check_over(tracefs, task);
	if (!is_told(tracefs, task))
		return;
	task->check = (struct held_check){
		.open = true, .number = (int)record->number, .target = record->target,
		/* An answer that is lost is taken for a grant: that makes a list longer and never too short. */
		.granted = !record->has_result || record->result == 0,
		.unaudited = record->flags & OPT_NOAUDIT,
	};
}

void tracefs_check_stack(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	struct held_check *held = &task->check;

	for (size_t i = 0; i < record->stack_depth && held->depth < TRACEFS_STACK_MAX; i++)
		held->stack[held->depth++] = tracefs_stack_at(record, i);
	if (!tracefs_checks_answer_apart(tracefs->checks))
		tracefs_check_over(tracefs, task);
}

void tracefs_check_answered(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	task->check.granted = record->result == 0;
	tracefs_check_over(tracefs, task);
}

void tracefs_capability_entered(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct task caller = tracefs_task_told(task);

	if (is_told(tracefs, task))
		tracefs_keep_code(tracefs, capability_call_begins(task->process->group->tracker, &caller, &task->call));
}

/* capset() is refused what is not there; a program that asks for everything that it has asks for nothing by name. */
void tracefs_kept_by_capset(struct tracefs_group *group, const struct task *task)
{
	struct tracefs *tracefs = group->tracefs;
	const struct credentials *now;

	if (!group->tracker)
		return;
	task_states_new_credentials(tracefs->states, task->tid);
	now = task_credentials(tracefs->states, task->tid);
	if (!now)
		tracefs_lost(group, "capset", 1);
	else if (now->permitted != group->permitted)
		tracefs_keep_code(tracefs, capability_obtained(group->tracker, task, CAPABILITY_SET, now->permitted));
}

void tracefs_capability_left(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result)
{
	struct task caller = tracefs_task_told(task);

	if (!is_told(tracefs, task))
		return;
	tracefs_keep_code(tracefs, capability_call_ends(task->process->group->tracker, &caller, call->abi, call->number, result));
	if (result == 0 && (int)call->number == syscall_number(call->abi, "capset") &&
	    !task->process->group->options.capset_elsewhere)
		tracefs_kept_by_capset(task->process->group, &caller);
	want_calls(tracefs, call->abi == arch_native() ? call->number : ANY_CALL);
}

void tracefs_capability_made_task(struct tracefs_group *group, pid_t tid, pid_t parent)
{
	if (group->tracker)
		capability_task_starts(group->tracker, tid, parent);
}

void tracefs_capability_execs(struct tracefs *tracefs, struct tracefs_task *task, pid_t old_tid,
			      const struct program_facts *facts)
{
	struct tracefs_group *group = task->process->group;
	struct task caller = tracefs_task_told(task);

	if (!group->tracker)
		return;
	capability_task_execs(group->tracker, task->tid, old_tid, facts->set_ids);
	tracefs_keep_code(tracefs, capability_obtained(group->tracker, &caller, CAPABILITY_OF_FILE, facts->capabilities));
}

void tracefs_capability_task_ends(struct tracefs *tracefs, struct tracefs_task *task)
{
	tracefs_check_over(tracefs, task);
	if (task->process->group->tracker)
		tracefs_keep_code(tracefs, capability_task_ends(task->process->group->tracker, task->tid));
	task_states_forget(tracefs->states, task->tid);
}

static bool is_in_user_namespace(pid_t pid)
{
	char link[64], said[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/ns/user", (int)pid);
	n = readlink(link, said, sizeof(said) - 1);
	if (n < 0)
		return false;
	said[n] = '\0';
	return strcmp(said, INITIAL_USER_NAMESPACE) != 0;
}

static void begin(struct tracefs_group *group, uint64_t ceiling)
{
	struct tracefs *tracefs = group->tracefs;

	group->tracker = capability_tracker_new(&group->options.sink, ceiling);
	tracefs_capability_calls(tracefs);
	for (int number = 0; number <= CAP_LAST_CAP; number++)
		tracefs_checks_mute(tracefs->checks, number, false);
}

void tracefs_capability_begins(struct tracefs_group *group)
{
	if (group->tracefs->checks && !group->tracker)
		begin(group, 0);
}

/* A task joins from outside: what it could ever have had is what its group could. */
void tracefs_capability_joins(struct tracefs_group *group, pid_t tid)
{
	struct tracefs *tracefs = group->tracefs;
	const struct credentials *now;
	struct task_ids ids;
	uint64_t ceiling;

	if (!tracefs->checks)
		return;
	now = task_credentials(tracefs->states, tid);
	ceiling = now ? now->bounding | now->permitted : UINT64_MAX;
	if (!group->tracker)
		begin(group, ceiling);
	capability_tracker_raise(group->tracker, ceiling);
	if (!group->joined) {
		group->permitted = now ? now->permitted : 0;
		group->in_user_namespace = is_in_user_namespace(tid);
		group->joined = true;
	}
	capability_task_starts(group->tracker, tid, 0);
	if (!now || group->in_user_namespace)
		return;
	for (int i = 0; i < ID_MAX_; i++) {	/* Uid: real, effective, saved; proc(5) */
		ids.uid[i] = now->uid[i];
		ids.gid[i] = now->gid[i];
	}
	capability_task_has_ids(group->tracker, tid, &ids);
}
