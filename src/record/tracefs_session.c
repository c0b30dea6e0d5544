/* SPDX-License-Identifier: Apache-2.0 */
/* A tracing session: one record in, and what is to be done with it; see tracefs.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "record/aside.h"
#include "record/tracefs_internal.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define INTERVAL_MIN_MS 10	/* between two looks at the buffers, while something comes, */
#define INTERVAL_MAX_MS 500	/* and while nothing does */
#define STEP_MS 50		/* then whoever drives us gets a turn */
#define RECORDS_PER_LOOK 4096	/* records between two looks at the clock */
#define INITIAL_PID_NAMESPACE "pid:[4026531836]"	/* PROC_PID_INIT_INO, include/linux/proc_ns.h */

static const struct {
	const char *code, *text;
} notes[] = {
	[TRACEFS_NOTE_NO_PATHS] = { "no-paths",
		"the kernel's tracing told no paths: which files were used is not recorded" },
	[TRACEFS_NOTE_LATE_PATHS] = { "late-paths",
		"files were looked up after their use, by paths that the kernel's tracing told; addresses of sockets, mounts and what was mapped anew are not recorded" },
	[TRACEFS_NOTE_WIDENED] = { "any-value",
		"a call had more different arguments than were told apart: any value is taken for seen" },
	[TRACEFS_NOTE_INFERRED] = { "no-checks",
		"this kernel does not tell of its capability checks: which were needed is inferred, from credentials read late" },
	[TRACEFS_NOTE_FOREIGN] = { "foreign-abi",
		"a program of another ABI ran: which files it used is not recorded" },
};

void tracefs_send(struct tracefs_group *group, const struct tracefs_process *process, struct event *event)
{
	int code;

	if (process) {
		event->by = process->by;
		event->phase = process->stage == STAGE_RUNTIME ? PHASE_RUNTIME : PHASE_PROGRAM;
	}
	code = group->options.sink.on_event(group->options.sink.context, event);
	tracefs_keep_code(group->tracefs, code);
}

void tracefs_note(struct tracefs_group *group, enum tracefs_note note)
{
	struct event event = { .kind = EVENT_NOTE, .note = { notes[note].code, notes[note].text } };

	if (group->notes_sent & 1u << note)
		return;
	group->notes_sent |= 1u << note;
	tracefs_send(group, NULL, &event);
}

void tracefs_lost(struct tracefs_group *group, const char *source, uint64_t count)
{
	struct event event = { .kind = EVENT_LOST, .lost = { source, count } };

	group->lost = true;
	tracefs_send(group, NULL, &event);
}

/* Calls of another ABI were made before anything could tell of them, or from a program of the machine's own. */
void tracefs_lost_foreign(struct tracefs_group *group)
{
	if (!group->lost_foreign)
		tracefs_lost(group, "foreign-abi", UINT64_MAX);
	group->lost_foreign = true;
	tracefs_note(group, TRACEFS_NOTE_FOREIGN);
}

void tracefs_keep_code(struct tracefs *tracefs, int code)
{
	if (code < 0 && tracefs->code == 0)
		tracefs->code = code;
}

bool tracefs_is_exec(const struct tracefs *tracefs, uint64_t number)
{
	return (int)number == tracefs->exec_numbers[0] || (int)number == tracefs->exec_numbers[1];
}

/* Ids in trace records are those of the initial namespace, and so must be those of /proc. */
static int check_namespace(struct error *err)
{
	char link[64];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);

	if (n < 0)
		return error_errno(err, -errno, "cannot read '/proc/self/ns/pid'");
	link[n] = '\0';
	if (strcmp(link, INITIAL_PID_NAMESPACE) == 0)
		return 0;
	return error_set(err, -EOPNOTSUPP, "the kernel's tracing names processes as the host does, and this is a container"
			 " (hint: run snug on the host, or in a container with '--pid=host')");
}

int tracefs_probe(struct error *err)
{
	struct tracefs_instance instance = TRACEFS_INSTANCE_NONE;
	int code = check_namespace(err);

	if (code == 0)
		code = tracefs_instance_make(&instance, err);
	if (code == 0)
		tracefs_instance_remove(&instance);
	return code;
}

static void set_timer(struct tracefs *tracefs, unsigned int ms)
{
	struct timespec every = { ms / 1000, ms % 1000 * 1000000l };
	struct itimerspec timer = { every, every };

	if (ms == tracefs->interval_ms)
		return;
	tracefs->interval_ms = ms;
	timerfd_settime(tracefs->timer, 0, &timer, NULL);
}

static int watch(struct tracefs *tracefs, struct error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	tracefs->epoll = epoll_create1(EPOLL_CLOEXEC);
	tracefs->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (tracefs->epoll < 0 || tracefs->timer < 0)
		return error_errno(err, -errno, "cannot make a timer");
	event.data.fd = tracefs->timer;
	if (epoll_ctl(tracefs->epoll, EPOLL_CTL_ADD, tracefs->timer, &event) < 0)
		return error_errno(err, -errno, "cannot wait for a timer");
	set_timer(tracefs, INTERVAL_MIN_MS);
	return tracefs_reader_watch(tracefs->reader, tracefs->epoll, err);
}

static void keep(struct tracefs *tracefs, uint64_t number)
{
	tracefs_interest_keep(tracefs->interest, number, TRACEFS_SIDE_ENTER, true);
	tracefs_interest_keep(tracefs->interest, number, TRACEFS_SIDE_EXIT, true);
}

/* Calls that steer us are told, whatever is known of them: those that begin a program or move a process. */
static void keep_watched_calls(struct tracefs *tracefs)
{
	static const char *const names[] = { "execve", "execveat" };
	int load = syscall_number(arch_native(), "seccomp");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int number = syscall_number(arch_native(), names[i]);

		tracefs->exec_numbers[i] = number;
		if (number >= 0)
			keep(tracefs, (uint64_t)number);
	}
	tracefs->load_number = load;
	if (load >= 0)
		keep(tracefs, (uint64_t)load);
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++)
		if (call_moves(call_table_find(tracefs->table, number)))
			keep(tracefs, number);
}

int tracefs_open(struct tracefs **ret, bool rest_elsewhere, struct error *err)
{
	struct tracefs *tracefs = xcalloc(1, sizeof(*tracefs));
	int code;

	tracefs->instance = (struct tracefs_instance)TRACEFS_INSTANCE_NONE;
	tracefs->epoll = tracefs->timer = -1;
	tracefs->formats = tracefs_formats_new();
	tracefs->resolver = resolver_new();
	tracefs->programs = program_memory_new();
	tracefs->names = names_new();
	tracefs->states = task_states_new(tracefs->names);
	code = arch_native() ? check_namespace(err) : error_set(err, -EOPNOTSUPP, "unknown machine");
	if (code == 0)
		code = tracefs_instance_make(&tracefs->instance, err);
	if (code == 0)
		code = tracefs_reader_open(&tracefs->reader, &tracefs->instance, err);
	if (code == 0)
		code = tracefs_events_open(&tracefs->events, &tracefs->instance, tracefs->reader, tracefs->formats,
					   rest_elsewhere, err);
	if (code == 0)
		code = watch(tracefs, err);
	if (code < 0) {
		tracefs_free(tracefs);
		return code;
	}
	tracefs->table = call_table_new(arch_native());
	tracefs->interest = tracefs_interest_new(tracefs->events, tracefs->table);
	tracefs->checks = tracefs_events_checks(tracefs->events);
	tracefs->raw = tracefs_events_raw(tracefs->events);
	keep_watched_calls(tracefs);
	*ret = tracefs;
	return 0;
}

/* All but the instance itself. */
static void free_session(struct tracefs *tracefs)
{
	tracefs_known_free(tracefs->known);
	tracefs_interest_free(tracefs->interest);
	tracefs_events_free(tracefs->events);
	tracefs_reader_free(tracefs->reader);
	tracefs_formats_free(tracefs->formats);
	call_table_free(tracefs->table);
	resolver_free(tracefs->resolver);
	program_memory_free(tracefs->programs);
	task_states_free(tracefs->states);
	names_free(tracefs->names);
	if (tracefs->epoll >= 0)
		close(tracefs->epoll);
	if (tracefs->timer >= 0)
		close(tracefs->timer);
	free(tracefs);
}

struct tracefs *tracefs_free(struct tracefs *tracefs)
{
	struct tracefs_instance instance;

	if (!tracefs)
		return NULL;
	instance = tracefs->instance;
	free_session(tracefs);
	tracefs_instance_remove(&instance);
	return NULL;
}

struct tracefs_removal {
	struct tracefs_instance instance;
	struct aside aside;
};

static void remove_instance(void *context)
{
	struct tracefs_removal *removal = context;

	tracefs_instance_remove(&removal->instance);
}

struct tracefs_removal *tracefs_free_begin(struct tracefs *tracefs)
{
	struct tracefs_removal *removal;

	if (!tracefs)
		return NULL;
	removal = xcalloc(1, sizeof(*removal));
	removal->instance = tracefs->instance;
	free_session(tracefs);
	aside_begin(&removal->aside, remove_instance, removal);
	return removal;
}

struct tracefs_removal *tracefs_free_end(struct tracefs_removal *removal)
{
	if (removal)
		aside_end(&removal->aside);
	free(removal);
	return NULL;
}

/* All calls that use a file or move a descriptor are told: each may be about another file. */
static void keep_file_calls(struct tracefs *tracefs)
{
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++) {
		const struct call_row *row = call_table_find(tracefs->table, number);
		bool uses = tracefs_past_follows(row);

		for (size_t i = 0; i < row->access_count; i++)
			uses |= row->accesses[i]->subject <= SUBJECT_PROGRAM;
		if (uses)
			keep(tracefs, number);
	}
}

pid_t tracefs_fork(struct tracefs *tracefs, void (*run)(void *context), void *context)
{
	return tracefs_events_fork(tracefs->events, run, context);
}

bool tracefs_tell_paths(struct tracefs *tracefs)
{
	tracefs->paths = tracefs_events_carry_paths(tracefs->events, tracefs->table);
	if (tracefs->paths && !tracefs->known)
		tracefs->known = tracefs_known_new(tracefs->events, tracefs->table);
	if (tracefs->paths)
		keep_file_calls(tracefs);
	return tracefs->paths;
}

bool tracefs_tells_call(const struct tracefs *tracefs, uint64_t number)
{
	return tracefs_events_has(tracefs->events, number);
}

void tracefs_foreign_call(struct tracefs *tracefs)
{
	tracefs_raw_demand(tracefs->raw);
}

bool tracefs_tells_checks(const struct tracefs *tracefs)
{
	return tracefs->checks;
}

void tracefs_settle(struct tracefs *tracefs)
{
	tracefs_checks_settle(tracefs->checks);
}

bool tracefs_is_settled(const struct tracefs *tracefs)
{
	return tracefs_checks_are_settled(tracefs->checks);
}

static bool is_other_begun(const struct tracefs_group *group)
{
	for (const struct tracefs_group *other = group->tracefs->groups; other; other = other->next)
		if (other != group && other->lessons)
			return true;
	return false;
}

void tracefs_begin_group(struct tracefs_group *group, const struct tracefs_group *like)
{
	if (group->lessons && !like)
		return;
	tracefs_lessons_free(group->tracefs->interest, group->lessons);
	if (like && like->lessons) {
		group->lessons = tracefs_lessons_share(like->lessons);
		return;
	}
	if (group->tracefs->known)
		tracefs_known_forget(group->tracefs->known);
	tracefs_again_forget(group->again);
	group->lessons = tracefs_lessons_new(group->tracefs->interest);
	tracefs_capability_begins(group);
	if (is_other_begun(group) && !group->ready_ns)
		group->ready_ns = monotonic_ns();
}

struct tracefs_group *tracefs_add_group(struct tracefs *tracefs, const struct tracefs_group_options *options)
{
	struct tracefs_group *group = xcalloc(1, sizeof(*group));

	group->tracefs = tracefs;
	group->options = *options;
	group->told_end = &group->told;
	group->decoder = decoder_new(&options->sink);
	group->again = tracefs_again_new();
	decoder_is_late(group->decoder, !tracefs->checks);
	group->lost_before = tracefs_reader_lost(tracefs->reader);
	group->next = tracefs->groups;
	tracefs->groups = group;
	if (!options->from_runtime)
		tracefs_begin_group(group, NULL);
	return group;
}

void tracefs_task_end(struct tracefs *tracefs, struct tracefs_task *task)
{
	tracefs_call_cut_short(tracefs, task);
	tracefs_capability_task_ends(tracefs, task);
	tracefs_task_remove(tracefs, task);
}

pid_t tracefs_first_recorded(const struct tracefs_group *group)
{
	for (size_t i = 0; group->task_count && i < TRACEFS_BUCKETS; i++)
		for (const struct tracefs_task *task = group->tracefs->buckets[i]; task; task = task->next)
			if (task->process->group == group && task->process->stage != STAGE_HOST)
				return task->process->pid;
	return 0;
}

enum stage tracefs_stage(const struct tracefs *tracefs, pid_t pid)
{
	const struct tracefs_task *leader = tracefs_task_find(tracefs, pid);

	return leader ? leader->process->stage : STAGE_HOST;
}

void tracefs_set_family(struct tracefs_group *group, const void *family)
{
	group->family = family;
}

bool tracefs_has_followed(const struct tracefs_group *group)
{
	return group->began_ns > group->ready_ns;
}

bool tracefs_is_recording(const struct tracefs_group *group)
{
	return tracefs_first_recorded(group) > 0;
}

bool tracefs_find_process(const struct tracefs_group *group, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	for (size_t i = 0; i < TRACEFS_BUCKETS; i++)
		for (const struct tracefs_task *task = group->tracefs->buckets[i]; task; task = task->next)
			if (task->process->group == group && task->tid == task->process->pid && is_it(task->tid, what))
				return true;
	return false;
}

bool tracefs_has_tasks(const struct tracefs_group *group)
{
	return group->task_count > 0;
}

size_t tracefs_most_processes(const struct tracefs_group *group)
{
	return group->most_processes;
}

bool tracefs_end_group(struct tracefs_group *group)
{
	struct tracefs *tracefs = group->tracefs;
	struct tracefs_group **link = &tracefs->groups;
	uint64_t lost = tracefs_reader_lost(tracefs->reader) - group->lost_before;
	bool incomplete;

	tracefs_tasks_of(tracefs, group, tracefs_task_end);
	if (!tracefs->checks)
		tracefs_note(group, TRACEFS_NOTE_INFERRED);
	if (!group->options.paths_elsewhere)
		tracefs_note(group, tracefs->paths ? TRACEFS_NOTE_LATE_PATHS : TRACEFS_NOTE_NO_PATHS);
	if (lost)
		tracefs_lost(group, "tracefs", lost);
	incomplete = group->lost;
	while (*link != group)
		link = &(*link)->next;
	*link = group->next;
	group->lessons = tracefs_lessons_free(tracefs->interest, group->lessons);
	decoder_free(group->decoder);
	tracefs_again_free(group->again);
	capability_tracker_free(group->tracker);
	string_set_done(&group->programs);
	tracefs_programs_forget(group);
	free(group);
	tracefs_capability_calls(tracefs);
	return !incomplete;
}

int tracefs_descriptor(const struct tracefs *tracefs)
{
	return tracefs->epoll;
}

#define CLONE_THREAD_FLAG 0x00010000	/* CLONE_THREAD, include/uapi/linux/sched.h */

static void task_made(struct tracefs *tracefs, struct tracefs_task *parent, const struct tracefs_record *record)
{
	struct tracefs_group *group = parent->process->group;
	struct tracefs_process *process = parent->process;

	tracefs_call_made_task(parent, record->flags);
	if (tracefs_task_find(tracefs, record->other))
		return;
	if (!(record->flags & CLONE_THREAD_FLAG))
		process = tracefs_process_new(group, record->other, parent->process);
	tracefs_task_add(group, record->other, process);
	tracefs_capability_made_task(group, record->other, record->tid);
}

/* The thread that called execve() goes on under its leader's id. */
static void program_began(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	struct tracefs_task *caller = record->other == record->tid ? NULL : tracefs_task_find(tracefs, record->other);

	if (caller && caller != task)
		tracefs_task_end(tracefs, task);
	if (caller) {
		tracefs_task_rename(tracefs, caller, record->tid);
		task = caller;
	}
	tracefs_program_began(tracefs, task, record);
}

static void serve(struct tracefs *tracefs, const struct tracefs_record *record)
{
	struct tracefs_task *task = tracefs_task_find(tracefs, record->tid);

	/* A stack goes with the record before it, which may have been that of the end. */
	if (!task && (record->kind == TRACEFS_TASK_END || record->kind == TRACEFS_STACK))
		return;
	if (!task && tracefs_events_started(tracefs->events, record->tid))
		return;
	if (!task && record->kind == TRACEFS_EXEC)	/* the leader whose id the caller takes may have ended before */
		task = tracefs_task_find(tracefs, record->other);
	if (!task)
		task = tracefs_task_adopt(tracefs, record->tid);
	if (!task)
		return;
	switch (record->kind) {
	case TRACEFS_ENTER: tracefs_call_entered(tracefs, task, record); break;
	case TRACEFS_EXIT: tracefs_call_left(tracefs, task, record); break;
	case TRACEFS_NEW_TASK: task_made(tracefs, task, record); break;
	case TRACEFS_EXEC: program_began(tracefs, task, record); break;
	case TRACEFS_FOREIGN: tracefs_call_foreign(task); break;
	case TRACEFS_NAME: tracefs_past_name(task, record); break;
	case TRACEFS_CHECK: tracefs_check_asked(tracefs, task, record); break;
	case TRACEFS_STACK: tracefs_check_stack(tracefs, task, record); break;
	case TRACEFS_ANSWER: tracefs_check_answered(tracefs, task, record); break;
	case TRACEFS_TASK_END: tracefs_task_end(tracefs, task); break;
	default: break;
	}
}

static bool serve_next(struct tracefs *tracefs)
{
	struct tracefs_record record;
	const void *data;
	uint64_t time_ns;
	size_t size;
	int event;

	if (!tracefs_reader_next(tracefs->reader, &data, &size, &time_ns))
		return false;
	event = tracefs_record_event(tracefs->formats, data, size);
	if (event >= 0 && !tracefs_formats_has(tracefs->formats, (unsigned int)event))
		tracefs_events_learn(tracefs->events, (unsigned int)event);
	if (tracefs_record_parse(tracefs->formats, data, size, &record)) {
		record.time_ns = time_ns;
		serve(tracefs, &record);
	}
	return true;
}

/* The record of its end may be among what was lost: nobody would wait for it to any purpose. */
static void end_if_gone(struct tracefs *tracefs, struct tracefs_task *task)
{
	if (kill(task->tid, 0) < 0 && errno == ESRCH)
		tracefs_task_end(tracefs, task);
}

/* It may have opened, closed or moved in what was lost: what is known from before is not to be believed. */
static void forget_past(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct tracefs_process *process = task->process;

	if (!tracefs->paths || task->tid != process->pid)
		return;
	process->files = tracefs_files_leave(process->files);
	tracefs_process_moved(tracefs, process);
}

/* What was lost is lost; a larger buffer may hold the next such time. */
static void check_loss(struct tracefs *tracefs)
{
	uint64_t lost = tracefs_reader_lost(tracefs->reader);

	if (lost > tracefs->lost) {
		tracefs_events_enlarge(tracefs->events);
		for (struct tracefs_group *group = tracefs->groups; group; group = group->next) {
			tracefs_tasks_of(tracefs, group, forget_past);
			if (group->tracker)
				tracefs_keep_code(tracefs, capability_events_lost(group->tracker));
		}
	}
	tracefs->lost = lost;
}

int tracefs_step(struct tracefs *tracefs, struct error *err)
{
	uint64_t until_ms = monotonic_ms() + STEP_MS, expirations;
	size_t count = 0;
	ssize_t n = read(tracefs->timer, &expirations, sizeof(expirations));

	while (tracefs->code == 0 && serve_next(tracefs))
		if (++count % RECORDS_PER_LOOK == 0 && monotonic_ms() > until_ms)
			break;
	if (n == sizeof(expirations) || count >= RECORDS_PER_LOOK) {
		check_loss(tracefs);
		tracefs_raw_look(tracefs->raw, monotonic_ns());
		tracefs_checks_rest(tracefs->checks, monotonic_ms());
	}
	for (struct tracefs_group *group = tracefs->groups; group && !count && tracefs->lost; group = group->next)
		tracefs_tasks_of(tracefs, group, end_if_gone);
	if (count)
		set_timer(tracefs, INTERVAL_MIN_MS);
	else if (tracefs->interval_ms < INTERVAL_MAX_MS)
		set_timer(tracefs, tracefs->interval_ms * 2 < INTERVAL_MAX_MS ? tracefs->interval_ms * 2 : INTERVAL_MAX_MS);
	if (tracefs->code < 0)
		return error_errno(err, tracefs->code, "cannot keep what was recorded");
	return count > 0;
}
