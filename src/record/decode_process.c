/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes: signals to them, looks into them; and what a reader of the trace must know. */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

struct note_row {
	const char *code, *text;
};

/* Codes of SUBJECT_NOTE rows. */
static const struct note_row notes[] = {
	{ "io_uring", "an io_uring was set up: its operations are not system calls, and no seccomp filter or "
		      "recorder sees them" },
	{ "own-filter", "a program loaded a seccomp filter of its own: what that refused is recorded as refused, "
			"and is not a profile's doing" },
	{ "ptrace", "the program traces processes itself; under a recorder that uses ptrace it cannot" },
	{ "write-execute", "memory was mapped to be written and executed at the same time" },
};

const char *note_text(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (strcmp(notes[i].code, code) == 0)
			return notes[i].text;
	return NULL;
}

static bool is_known_member(const struct task *task, pid_t pid)
{
	return pid > 0 && task->is_member && task->is_member(task->context, pid);
}

/* What has ended keeps its number, and can be sent signals, until its parent has asked for its status: kill(2). The recorder
 * has forgotten it by then. */
static bool is_ended_member(const struct task *task, pid_t pid)
{
	auto_free char *state = pid > 0 ? read_task_field(pid, "status", "State:\t") : NULL;

	return state && *state == 'Z' && is_known_member(task, (pid_t)task_status_number(pid, "PPid:"));
}

/* `pid` by our own numbering. */
static enum signal_target target_of(const struct task *task, pid_t pid)
{
	if (pid == task->pid)
		return SIGNAL_TO_SELF;
	return is_known_member(task, pid) || is_ended_member(task, pid) ? SIGNAL_TO_MEMBER : SIGNAL_TO_OUTSIDE;
}

struct group {
	const struct task *task;	/* who asks */
	bool has_member, has_other;
};

static bool look_at_process_of_group(void *context, pid_t pid)
{
	struct group *group = context;

	group->has_other = target_of(group->task, pid) == SIGNAL_TO_OUTSIDE;
	group->has_member |= !group->has_other;
	return group->has_other;
}

/* A group outlives the process that it is named after. */
static enum signal_target target_of_group(struct decoder *decoder, const struct task *task, int number)
{
	struct group group = { .task = task };

	if (is_known_member(task, task_find_process(decoder->tasks, task->tid, number)))
		return SIGNAL_TO_MEMBER;
	task_walk_group(task->tid, number, look_at_process_of_group, &group);
	return group.has_member && !group.has_other ? SIGNAL_TO_MEMBER : SIGNAL_TO_OUTSIDE;
}

/* `pid` as the caller has it, and as kill(2) reads it. */
static enum signal_target target_of_argument(struct decoder *decoder, const struct task *task, int pid)
{
	if (pid > 0)
		return target_of(task, task_find_process(decoder->tasks, task->tid, pid));
	if (pid == 0)
		return SIGNAL_TO_MEMBER;	/* the caller's own group */
	if (pid == -1)	/* everything that it may signal: in a process namespace of its own, that namespace */
		return task_shares_pids(decoder->tasks, task->tid) ? SIGNAL_TO_OUTSIDE : SIGNAL_TO_MEMBER;
	return target_of_group(decoder, task, -pid);
}

/* pidfd_open(2): the descriptor's /proc/TID/fdinfo/N tells the process, numbered for the reader of that /proc. */
pid_t process_of_pidfd(pid_t tid, int fd)
{
	char file[32];
	auto_free char *text = NULL;

	snprintf(file, sizeof(file), "fdinfo/%d", fd);
	text = read_task_field(tid, file, "Pid:");
	return text ? (pid_t)strtol(text, NULL, 10) : -1;
}

/* A number that is no signal's is refused before anybody is asked: valid_signal(), include/linux/signal.h. */
static void add_signal(struct decoder *decoder, struct pending *pending, enum signal_target target, int number)
{
	struct draft *draft;

	if (number < 0 || number > LAST_SIGNAL)
		return;
	draft = draft_add(pending, EVENT_SIGNAL);
	draft->event.signal = (struct event_signal){ .number = number, .target = target };
	draft_drop_known(decoder, pending, draft);
}

SUBJECT_FUNCTION(decode_signal)
{
	enum signal_target target = target_of_argument(decoder, task, (int)argument(pending, access->arg[0]));

	add_signal(decoder, pending, target, (int)argument(pending, access->arg[1]));
}

SUBJECT_FUNCTION(decode_signal_thread)
{
	pid_t tid = task_find_process(decoder->tasks, task->tid, (int)argument(pending, access->arg[0]));
	long pid = tid > 0 ? task_status_number(tid, "Tgid:") : -1;

	add_signal(decoder, pending, target_of(task, (pid_t)pid), (int)argument(pending, access->arg[1]));
}

SUBJECT_FUNCTION(decode_signal_pidfd)
{
	pid_t pid = process_of_pidfd(task->tid, (int)argument(pending, access->arg[0]));

	if (pid > 0)
		add_signal(decoder, pending, target_of(task, pid), (int)argument(pending, access->arg[1]));
}

static void add_trace(struct decoder *decoder, struct pending *pending, enum signal_target target, const char *act)
{
	struct draft *draft = draft_add(pending, EVENT_PTRACE);

	draft->event.ptrace = (struct event_ptrace){ .act = act, .target = target };
	draft_drop_known(decoder, pending, draft);
}

SUBJECT_FUNCTION(decode_trace)
{
	int pid = (int)argument(pending, access->arg[0]);

	if (access->arg[0] == NO_ARGUMENT)
		add_trace(decoder, pending, target_of(task, (pid_t)task_status_number(task->pid, "PPid:")), access->word);
	else if (pid > 0)
		add_trace(decoder, pending, target_of_argument(decoder, task, pid), access->word);
}

SUBJECT_FUNCTION(decode_trace_pidfd)
{
	pid_t pid = process_of_pidfd(task->tid, (int)argument(pending, access->arg[0]));

	if (pid > 0)
		add_trace(decoder, pending, target_of(task, pid), access->word);
}

void watch_memory_file(struct decoder *decoder, struct pending *pending, const struct draft *file,
		       const struct conclusion *conclusion)
{
	struct event event = { .kind = EVENT_PTRACE, .ptrace = { .outcome = conclusion->outcome } };
	int pid, end = 0;

	if (sscanf(file->event.file.path, "/proc/%d/mem%n", &pid, &end) != 1 || !end || file->event.file.path[end])
		return;
	event.ptrace.target = target_of_argument(decoder, conclusion->task, pid);
	event.ptrace.act = file->event.file.access & ACCESS_WRITE ? "write" : "read";
	send_event(decoder, pending, &event);
}

/* A note says what was done, not what was tried. */
static bool finish_note(struct decoder *decoder, struct pending *pending, struct draft *draft,
			const struct conclusion *conclusion)
{
	(void)decoder;
	(void)pending;
	(void)draft;
	return !conclusion->seen || conclusion->result >= 0;
}

SUBJECT_FUNCTION(decode_note)
{
	struct draft *draft = draft_add(pending, EVENT_NOTE);

	(void)task;
	draft->event.note.code = access->word;
	draft->event.note.text = note_text(access->word);
	draft->finish = finish_note;
	draft_drop_known(decoder, pending, draft);
}
