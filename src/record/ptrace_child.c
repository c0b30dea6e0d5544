/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children of tracees, from the first that is heard of them until they run.
 *
 * A child's first stop and its parent's report of it come in either order, and either may never come, since both can be
 * killed. The child is held until it is known whose it is: a thread belongs to its process, a process inherits from its parent.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "record/proc_file.h"
#include "record/ptrace_internal.h"

#define HELD_TURNS_MAX 3	/* turns of the session before a child's parent is looked up in /proc */

/* A child's first stop: its parent's report is on its way. */
void child_held(struct tracer *tracer, struct tracee *tracee, pid_t pid, int signal)
{
	if (!tracee)
		tracee = tree_add(&tracer->tree, pid);
	tracee->ended = false;
	tracee->held_signal = signal;
}

/* Killed before its parent's report, which may yet come and must not make a task of it. */
void child_ended(struct tracer *tracer, struct tracee *tracee, pid_t pid)
{
	if (!tracee)
		tracee = tree_add(&tracer->tree, pid);
	tracee->held_signal = 0;
	tracee->held_turns = 0;
	tracee->ended = true;
}

static bool is_task_of(pid_t tid, pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
	return stat(path, &st) == 0;
}

static void start_process(struct tracee *child, const struct process *parent)
{
	tree_start_process(child, child->tid, parent);
	fast_forked(child->process, parent);
}

/* Its parent reported it, or was found in /proc: now it may run. */
static void adopt(struct tracee *child, struct process *parent, bool may_be_thread)
{
	if (may_be_thread && parent && is_task_of(child->tid, parent->pid))
		tree_join(child, parent);
	else
		start_process(child, parent);
	if (child->held_signal)
		tracee_event_stop(child, child->held_signal);
}

/* Of a tracee whose end was taken nothing is known any more. That it stands still is told whether asked for or not. */
static bool is_alive(pid_t tid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)tid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
	       (info.si_pid == 0 || info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED);
}

void child_reported(struct tracer *tracer, struct tracee *tracee, int event)
{
	unsigned long tid;
	struct tracee *child;

	if (!tracee_event_message(tracee, event, &tid))
		return;		/* the child waits, and its parent will be found in /proc */
	tracee->had_child = true;
	clone_reported(tracer, tracee, (pid_t)tid);
	if (!tracee->pending && !tracee->stripped)
		tracee->in_call = tracee->watch_due = false;	/* all that its end would tell */
	child = tree_find(&tracer->tree, (pid_t)tid);
	if (!child && !is_alive((pid_t)tid))
		return;		/* its end was seen, or will be */
	if (!child)
		child = tree_add(&tracer->tree, (pid_t)tid);
	if (child->ended) {
		tree_remove(&tracer->tree, child);
	} else if (!child->process) {
		if (clone_is_like_its_parent(tracee)) {
			decoder_inherit(tracer->decoder, child->tid, tracee->tid);
			known_follow(tracer, child, tracee->place);
		} else {
			known_follow(tracer, child, 0);
		}
		adopt(child, tracee->process, event == PTRACE_EVENT_CLONE);
	}
	tracee->child_flags = 0;	/* the next call that makes one may not stop */
}

/* A child whose parent was killed before it could report it. */
static void adopt_orphan(struct tracer *tracer, struct tracee *child)
{
	const pid_t leader = (pid_t)task_status_number(child->tid, "Tgid:");
	struct tracee *relative = leader == child->tid ? NULL : tree_find(&tracer->tree, leader);

	if (!relative)
		relative = tree_find(&tracer->tree, (pid_t)task_status_number(child->tid, "PPid:"));
	if (!relative)
		relative = tree_find(&tracer->tree, tracer->session.main);
	known_follow(tracer, child, 0);
	adopt(child, relative ? relative->process : NULL, true);
	if (!relative)
		tree_set_stage(&tracer->tree, child->process, STAGE_PROGRAM);
}

void child_looked_after(struct tracer *tracer, struct tracee *child)
{
	if (child->ended && child->held_turns++ >= HELD_TURNS_MAX)
		tree_remove(&tracer->tree, child);
	else if (!child->ended && child->held_signal && child->held_turns++ >= HELD_TURNS_MAX)
		adopt_orphan(tracer, child);
}
