/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letting through what teaches nothing more, in the middle of a program: for a user who may not filter from the start.
 *
 * Every call stops twice at first. In a process that has gone on for long with calls that are all known, four detours
 * (tracee_detour.h) make it load a filter of ours: no_new_privs, a page for the filter, seccomp(2) for all of its
 * threads, the page away again. Known calls without paths then pass, where an argument is worth ruling on with the values that are
 * known; the rest stops once. A filter can never be taken back or be made wider, so that it comes late.
 *
 * So does a look at what is open already, by an empty path: that no filter reads, but it sees where the path stands, and what
 * the program cannot write there stays. Should it be another path some day (of another program, which inherits the filter), a
 * look is missed, which no profile asks for.
 *
 * And so does a message that names no address: send(2), by which many a server answers.
 *
 * It stays away where it could be seen or could harm: from a tracee that we do not outlive, from a process that has
 * tried a filter of its own (which ours would be pushed onto, or which would judge our calls), under a filter that was
 * there before us, and from privileged users, whose set-user-ID programs work under us and would not under no_new_privs.
 */
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "record/call_filter.h"
#include "record/call_table.h"
#include "record/proc_file.h"
#include "record/ptrace_internal.h"
#include "record/tracee_detour.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define FAST_AFTER 500		/* calls of a process, when the request does not say */
#define NEWS_SHARE 20		/* one call in so many may have been news */

/* What a filter needs in the tracee: two pieces, of which the first points to the second. */
struct parcel {
	struct sock_fprog program;
	struct call_filter filter;
};

/* Calls that must go in as they were meant. */
static const struct {
	const char *name, *source;
} unfit[] = {
	{ "restart_syscall", "restart_syscall(2): what it restarts is forgotten by any other call" },
	{ "rt_sigreturn", "sigreturn(2): the kernel sets all registers" },
	{ "sigreturn", "sigreturn(2)" },
	{ "vfork", "vfork(2): the child runs on the caller's stack" },
};

void fast_begin(struct tracer *tracer)
{
	const struct record_request *request = tracer->session.request;

	tracer->fast_after = request->fast_after ? request->fast_after : FAST_AFTER;
	tracer->may_be_fast = !request->attach && !request->until_main_exits && !request->container &&
			      !request->exhaustive && detour_is_possible() && launch_is_unprivileged() &&
			      status_number("self", "Seccomp") == 0;
}

static bool is_unfit(const struct call *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++)
		if (syscall_number(call->abi, unfit[i].name) == (int)call->number)
			return true;
	return false;
}

static bool passes(struct tracer *tracer, const struct task *task, const struct call *call)
{
	return call->abi == arch_native() && !call_is_watched(call) && decode_is_settled(tracer->decoder, task, call);
}

#define SETTLEMENTS_MAX 48	/* calls of which one argument is inspected, or whose path may be empty: fewer, in the tables */

/* Where the paths of its looks stand, until it has a filter. */
static void remember_look(struct tracer *tracer, struct process *process, const struct call *call)
{
	struct empty_paths *looked = &process->looked;
	uint64_t path;

	if (looked->count == EMPTY_PATHS_MAX || !decode_looks_if_empty(tracer->decoder, call, &path))
		return;
	for (size_t i = 0; i < looked->count; i++)
		if (looked->at[i] == path)
			return;
	looked->at[looked->count++] = path;
}

static void find_empty(struct tracee *tracee, struct empty_paths *ret)
{
	const struct empty_paths *looked = &tracee->process->looked;
	char first;

	ret->count = 0;
	for (size_t i = 0; i < looked->count; i++)
		if (tracee_memory_read(tracee->tid, &tracee->process->memory_way, looked->at[i], &first, 1) == 1 && !first &&
		    task_maps_constant(tracee->tid, looked->at[i]))
			ret->at[ret->count++] = looked->at[i];
}

struct caller {
	struct tracer *tracer;
	const struct task *task;
	struct empty_paths empty;
	struct settlement *settlements;
	size_t count;
};

/* Its program, for its tasks: whatever else they call stops. */
static struct call_decision decide(void *context, uint32_t number)
{
	struct caller *caller = context;
	const struct call call = { .abi = arch_native(), .number = number };
	struct settlement *settlement = &caller->settlements[caller->count];

	if (passes(caller->tracer, caller->task, &call))
		return (struct call_decision){ .passes = true };
	if (caller->count == SETTLEMENTS_MAX || call_is_watched(&call) ||
	    !decode_settlement(caller->tracer->decoder, caller->task, &call, &caller->empty, settlement))
		return (struct call_decision){ .passes = false };
	caller->count++;
	return (struct call_decision){
		true, settlement->unless, settlement->unless_count, settlement->among, settlement->among_count,
	};
}

static void fill_parcel(struct tracer *tracer, struct tracee *tracee, uint64_t address, struct parcel *parcel)
{
	const struct task task = call_task(tracee);
	struct caller caller = {
		.tracer = tracer, .task = &task, .settlements = xcalloc(SETTLEMENTS_MAX, sizeof(*caller.settlements)),
	};

	find_empty(tracee, &caller.empty);
	call_filter_make(&parcel->filter, decide, &caller);
	free(caller.settlements);
	parcel->program.len = (unsigned short)parcel->filter.length;
	parcel->program.filter = (void *)(uintptr_t)(address + offsetof(struct parcel, filter.code));
}

static bool write_parcel(struct tracer *tracer, struct tracee *tracee)
{
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));
	struct iovec local = { parcel, sizeof(*parcel) };
	struct iovec remote = { (void *)(uintptr_t)tracee->process->parcel, sizeof(*parcel) };
	bool written;

	fill_parcel(tracer, tracee, tracee->process->parcel, parcel);
	written = process_vm_writev(tracee->tid, &local, 1, &remote, 1, 0) == (ssize_t)sizeof(*parcel);
	free(parcel);
	return written;
}

/* The way to a filter: what to call (its arguments are filled in by the function below), and whether that went well. */
static const struct step {
	long number;
	enum fast_step next, otherwise;
} steps[] = {
	[FAST_PROMISE] = { SYS_prctl, FAST_MAP, FAST_NEVER },
	[FAST_MAP] = { SYS_mmap, FAST_LOAD, FAST_NEVER },
	[FAST_LOAD] = { SYS_seccomp, FAST_UNMAP, FAST_GIVE_UP },
	[FAST_UNMAP] = { SYS_munmap, FAST_DONE, FAST_DONE },
	[FAST_GIVE_UP] = { SYS_munmap, FAST_NEVER, FAST_NEVER },
};

static bool fill_arguments(struct tracer *tracer, struct tracee *tracee, uint64_t args[6])
{
	const uint64_t parcel = tracee->process->parcel, size = sizeof(struct parcel);
	const uint64_t promise[6] = { PR_SET_NO_NEW_PRIVS, 1 };
	const uint64_t map[6] = { 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, UINT64_MAX, 0 };
	const uint64_t load[6] = { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, parcel };
	const uint64_t unmap[6] = { parcel, size };
	const uint64_t *const wanted[] = {
		[FAST_PROMISE] = promise, [FAST_MAP] = map, [FAST_LOAD] = load, [FAST_UNMAP] = unmap, [FAST_GIVE_UP] = unmap,
	};

	memcpy(args, wanted[tracee->process->fast], 6 * sizeof(*args));
	return tracee->process->fast != FAST_LOAD || write_parcel(tracer, tracee);
}

static void take_step(struct tracer *tracer, struct tracee *tracee)
{
	struct process *process = tracee->process;
	uint64_t args[6];

	if (process->fast == FAST_LOAD && (process->own_filter || !fill_arguments(tracer, tracee, args)))
		process->fast = FAST_GIVE_UP;
	fill_arguments(tracer, tracee, args);
	tracee->detour = detour_begin(tracee->tid, steps[process->fast].number, args);
}

/* In a user namespace of its own a program can have privileges to lose. */
static bool may_promise(const struct process *process)
{
	auto_free char *own = read_task_link(getpid(), "ns/user"), *its = read_task_link(process->pid, "ns/user");

	return !process->own_filter && own && its && strcmp(own, its) == 0;
}

static unsigned int piece_count(const struct tracer *tracer)
{
	return tracer->fast_after < FAST_PIECES ? tracer->fast_after : FAST_PIECES;
}

/* A look back over so many calls, whenever a piece of them is full: has the process become a bore? */
static bool is_time(struct tracer *tracer, struct process *process, bool news)
{
	const unsigned int pieces = piece_count(tracer);
	const unsigned int size = tracer->fast_after / pieces;
	unsigned int *const counts = process->lately.news;
	unsigned int sum = 0;

	counts[process->lately.pieces % pieces] += news;
	if (++process->lately.calls < size)
		return false;
	for (unsigned int i = 0; i < pieces; i++)
		sum += counts[i];
	process->lately.calls = 0;
	process->lately.pieces++;
	counts[process->lately.pieces % pieces] = 0;	/* the oldest */
	return process->lately.pieces >= pieces && sum * NEWS_SHARE <= pieces * size;
}

/* It failed as ever: whether a server's new connection is a terminal is asked for each, and each time it is none. */
void fast_nothing_told(const struct tracer *tracer, struct process *process)
{
	unsigned int *news = &process->lately.news[process->lately.pieces % piece_count(tracer)];

	*news -= *news > 0;
}

void fast_call_entered(struct tracer *tracer, struct tracee *tracee, const struct call *call)
{
	struct process *process = tracee->process;
	bool news = tracee->pending || tracee->watch_due;
	const struct task task = call_task(tracee);

	if (!tracer->may_be_fast || !tracer->session.started || process->fast >= FAST_DONE)
		return;
	remember_look(tracer, process, call);
	if (process->fast == FAST_NOT && is_time(tracer, process, news) && may_promise(process)) {
		process->fast = FAST_PROMISE;
		process->fast_task = tracee->tid;
	}
	if (process->fast != FAST_NOT && process->fast_task == tracee->tid && !news && !is_unfit(call) &&
	    passes(tracer, &task, call))
		take_step(tracer, tracee);
}

void fast_detour_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	struct process *process = tracee->process;
	const struct step *step = &steps[process->fast];
	bool failed = result < 0 || (process->fast == FAST_LOAD && result != 0);	/* a thread that could not follow */

	tracee->detour = detour_end(tracee->detour, tracee->tid);
	if (process->fast == FAST_MAP && !failed)
		process->parcel = (uint64_t)result;
	process->fast = failed ? step->otherwise : step->next;
	if (process->fast != FAST_DONE)
		return;
	process->filtered = true;
	tracer->session.result->exhaustive = false;
	tracer_note(tracer, NOTE_FAST);
}

/* Who was in the middle of it is gone: what was done of it is not known, and so each call stops as before. */
void fast_forget(struct tracee *tracee)
{
	struct process *process = tracee->process;

	tracee->detour = detour_free(tracee->detour);
	if (process && process->fast_task == tracee->tid && process->fast < FAST_DONE)
		process->fast = FAST_NEVER;
}

/* Between a filter that is loaded and the news of it lies a moment in which the process may have forked. */
void fast_forked(struct process *child, const struct process *parent)
{
	char name[16];

	if (!parent || parent->fast != FAST_DONE)
		return;
	snprintf(name, sizeof(name), "%d", (int)child->pid);
	child->filtered = status_number(name, "Seccomp") == SECCOMP_MODE_FILTER;
	child->fast = child->filtered ? FAST_DONE : FAST_NOT;
}

/* What the last program was about to load is gone with its memory. */
void fast_program_changed(struct process *process)
{
	memset(&process->lately, 0, sizeof(process->lately));
	process->looked.count = 0;
	if (process->fast != FAST_NOT && process->fast < FAST_DONE)
		process->fast = FAST_NEVER;
}
