/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tracee's calls: handed to the decoder, but for the few that steer the recorder itself.
 *
 * Those stand in one table, by name, and are looked up once an ABI. What they teach: that a child escaped
 * us, that a filter of the program's own may hide calls from ours, where a container begins.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "record/container_stage.h"
#include "record/ptrace_internal.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

/* Results of calls that a signal cut short, include/linux/errno.h: the kernel restarts them or makes
 * EINTR of them, after the exit stop. A restart is a call of its own in the trace. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

/* A call that the recorder itself must understand. */
struct watch {
	const char *name;
	bool (*entered)(struct tracer *tracer, struct tracee *tracee);	/* true: its exit is wanted; NULL = always */
	void (*left)(struct tracer *tracer, struct tracee *tracee, int64_t result);
	const char *source;
};

/* ERRNO, TRAP and USER_NOTIF of the program's filter beat RET_TRACE of ours, seccomp(2): from here on, before the
 * filter can act, this process stops at each call by PTRACE_SYSCALL, which comes before any filter. */
static bool filter_tried(struct tracee *tracee)
{
	tracee->had_own_filter = tracee->process->own_filter;
	tracee->process->own_filter = true;
	return true;
}

static bool seccomp_entered(struct tracer *tracer, struct tracee *tracee)
{
	uint64_t operation = tracee->watch_call.args[0];

	if (!tracer->session.started)
		return true;	/* our own */
	if (operation != SECCOMP_SET_MODE_FILTER && operation != SECCOMP_SET_MODE_STRICT)
		return false;
	filter_tried(tracee);
	if ((tracee->watch_call.args[1] & SECCOMP_FILTER_FLAG_TSYNC) && tracee->process->filtered && !tracee->had_own_filter)
		tracer_halt_siblings(tracer, tracee);	/* or it would hide calls of theirs that do not stop yet */
	return true;
}

static bool prctl_entered(struct tracer *tracer, struct tracee *tracee)
{
	(void)tracer;
	return tracee->watch_call.args[0] == PR_SET_SECCOMP && filter_tried(tracee);
}

static void filter_settled(struct tracer *tracer, struct tracee *tracee, bool loaded)
{
	struct process *process = tracee->process;

	if (!tracer->session.started)
		process->filtered = loaded;
	else if (!loaded)
		process->own_filter = tracee->had_own_filter;	/* runtimes probe with arguments that fail */
	else if (process->stage == STAGE_HOST && stage_is_contained(process->pid))
		tree_set_stage(&tracer->tree, process, STAGE_RUNTIME);
}

/* With TSYNC a positive result is a thread that could not follow; else it is a listener's descriptor. */
static void seccomp_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	uint64_t flags = tracee->watch_call.args[1];
	bool listener = !(flags & SECCOMP_FILTER_FLAG_TSYNC) || (flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH);

	filter_settled(tracer, tracee, result == 0 || (result > 0 && listener));
}

static void prctl_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	filter_settled(tracer, tracee, result == 0);
}

/* A container without a filter of its own begins with the exec of its program. */
static bool exec_entered(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->process->stage == STAGE_HOST && stage_is_contained(tracee->process->pid))
		tree_set_stage(&tracer->tree, tracee->process, STAGE_RUNTIME);
	return true;
}

/* The kernel allows one tracer, and that is us: EPERM for what would work outside. */
static void ptrace_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	if (result == -EPERM && tracee->process->stage != STAGE_HOST)
		tracer_note(tracer, NOTE_PTRACED);
}

/* Nobody can tell what it kept as surely as its caller that has not gone on yet. */
static bool capset_entered(struct tracer *tracer, struct tracee *tracee)
{
	(void)tracee;
	return tracer->beside;
}

static void capset_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	if (result == 0 && tracer->session.started)
		beside_capset(tracer, tracee);
}

static const struct watch watches[] = {
	{ "capset", capset_entered, capset_left, "capget(2)" },
	{ "clone", clone_entered, clone_left, "clone(2), CLONE_UNTRACED" },
	{ "clone3", clone3_entered, clone3_left, "clone(2), CLONE_UNTRACED" },
	{ "execve", exec_entered, NULL, "execve(2)" },
	{ "execveat", exec_entered, NULL, "execveat(2)" },
	{ "prctl", prctl_entered, prctl_left, "prctl(2), PR_SET_SECCOMP" },
	{ "ptrace", NULL, ptrace_left, "ptrace(2)" },
	{ "seccomp", seccomp_entered, seccomp_left, "seccomp(2)" },
};

#define ABIS_MAX 8	/* that one kernel serves side by side */

/* The row for a call. Which number each name has is asked once an ABI. */
static const struct watch *find_watch(const struct call *call)
{
	static struct {
		const struct arch *abi;
		int numbers[ARRAY_SIZE(watches)];
	} known[ABIS_MAX];
	size_t a = 0;

	while (a < ABIS_MAX - 1 && known[a].abi && known[a].abi != call->abi)
		a++;
	if (known[a].abi != call->abi) {
		known[a].abi = call->abi;
		for (size_t i = 0; i < ARRAY_SIZE(watches); i++)
			known[a].numbers[i] = syscall_number(call->abi, watches[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(watches); i++)
		if (known[a].numbers[i] >= 0 && (uint64_t)known[a].numbers[i] == call->number)
			return &watches[i];
	return NULL;
}

bool call_is_watched(const struct call *call)
{
	return find_watch(call) != NULL;
}

/* Nobody asks twice for what was read at the same stop: whether a path is known, and what it means, are two questions. */
static bool is_in_piece(const struct tracee *tracee, uint64_t address, size_t length)
{
	return length <= tracee->piece.length && address >= tracee->piece.address &&
	       address - tracee->piece.address <= tracee->piece.length - length;
}

static void keep_piece(struct tracee *tracee, uint64_t address, const void *bytes, ssize_t length)
{
	if (length <= 0 || (size_t)length > sizeof(tracee->piece.bytes))
		return;
	tracee->piece.address = address;
	tracee->piece.length = (size_t)length;
	memcpy(tracee->piece.bytes, bytes, (size_t)length);
}

static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	struct tracee *tracee = context;
	ssize_t n;

	if (tracee->told_text && address == tracee->told_address) {
		const size_t told = strlen(tracee->told_text) + 1;

		memcpy(buffer, tracee->told_text, told < length ? told : length);
		return (ssize_t)(told < length ? told : length);
	}
	if (is_in_piece(tracee, address, length)) {
		memcpy(buffer, tracee->piece.bytes + (address - tracee->piece.address), length);
		return (ssize_t)length;
	}
	n = tracee_memory_read(tracee->tid, &tracee->process->memory_way, address, buffer, length);
	keep_piece(tracee, address, buffer, n);
	tracee->closed |= n == -EPERM;
	return n;
}

static bool is_member(void *context, pid_t pid)
{
	struct tracee *tracee = context;

	return tree_find(tracee->tree, pid) != NULL;
}

struct task call_task(struct tracee *tracee)
{
	return (struct task){
		.tid = tracee->tid,
		.pid = tracee->process->pid,
		.by = tracee->process->by,
		.phase = tracee->process->stage == STAGE_RUNTIME ? PHASE_RUNTIME : PHASE_PROGRAM,
		.context = tracee,
		.read_memory = read_memory,
		.is_member = is_member,
	};
}

static void keep_code(struct tracer *tracer, int code)
{
	if (code < 0 && tracer->session.code == 0)
		tracer->session.code = error_errno(tracer->session.err, code, "cannot keep what was recorded");
}

/* Before the command's exec the calls are our own child's; that exec itself is the command's first. */
static bool is_recorded(const struct tracer *tracer, const struct tracee *tracee)
{
	bool execs = tracee->watch && tracee->watch->entered == exec_entered;

	return tracee->process->stage != STAGE_HOST && (tracer->session.started || execs);
}

/* The recorder's own interest in the call; the decoder never hears of what a container runtime does on the host. */
static void watch_call(struct tracer *tracer, struct tracee *tracee, const struct call *call)
{
	tracee->had_child = false;
	tracee->child_flags = 0;
	tracee->watch = find_watch(call);
	if (!tracee->watch)
		return;
	tracee->watch_call = *call;
	tracee->watch_due = !tracee->watch->entered || tracee->watch->entered(tracer, tracee);
}

/* Whose memory we have just read, at this stop: process_vm_readv(2) asks for more than the links of its /proc do, but by real ids. */
static bool is_seen_open(const struct tracer *tracer, const struct tracee *tracee)
{
	return tracer->ids_agree && tracee->piece.length && tracee->process->memory_way == MEMORY_BY_CALL;
}

/* A call that we could not look behind is lost, but for its name. */
static void decode_call(struct tracer *tracer, struct tracee *tracee, const struct call *call)
{
	struct task task = call_task(tracee);
	enum access_way way = ACCESS_OPEN;

	tracee->piece.length = 0;
	/* Whether we may look into its /proc takes as long to ask as all the rest. */
	if (!tracer->privileged && decode_is_known(tracer->decoder, &task, call))
		return;
	tracee->was_open = false;
	if (decode_needs_files(tracer->decoder, call)) {
		way = is_seen_open(tracer, tracee) ? ACCESS_OPEN : access_begin(tracer, tracee);
		tracee->was_open = way == ACCESS_OPEN;
	}
	tracee->closed = way == ACCESS_CLOSED;
	keep_code(tracer, decode_entry(tracer->decoder, &task, call, &tracee->pending));
	access_end(way);
	if (tracee->closed)
		tracer_lost(tracer, "closed-process", 1);
}

void call_entered(struct tracer *tracer, struct tracee *tracee, const struct call *call)
{
	call_cut_short(tracer, tracee);
	watch_call(tracer, tracee, call);
	if (is_recorded(tracer, tracee))
		decode_call(tracer, tracee, call);
	tracee->in_call = tracee->watch_due || tracee->pending;
}

static void decode_result(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	const bool is_open = tracee->was_open || !decode_has_more(tracee->pending);
	enum access_way way = is_open ? ACCESS_OPEN : access_begin(tracer, tracee);
	const uint64_t told = decode_told(tracer->decoder);
	struct task task = call_task(tracee);

	tracee->piece.length = 0;
	keep_code(tracer, decode_exit(tracer->decoder, &task, steal_ptr(tracee->pending), result));
	access_end(way);
	if (told == decode_told(tracer->decoder))
		fast_nothing_told(tracer, tracee->process);
}

void call_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	const struct watch *watch = tracee->watch_due ? tracee->watch : NULL;

	tracee->in_call = false;
	tracee->watch_due = false;
	if (result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
	    result == -ERESTART_RESTARTBLOCK)
		result = -EINTR;
	if (tracee->pending)
		decode_result(tracer, tracee, result);
	if (watch && watch->left)
		watch->left(tracer, tracee, result);
	known_settle(tracer);
}

void call_made(struct tracer *tracer, struct tracee *tracee, const struct call *call, int64_t result)
{
	if (tracee->pending || tracee->process->stage == STAGE_HOST || !tracer->session.started)
		return;
	decode_call(tracer, tracee, call);
	if (tracee->pending)
		decode_result(tracer, tracee, result);
}

void call_cut_short(struct tracer *tracer, struct tracee *tracee)
{
	tracee->in_call = false;
	tracee->watch_due = false;
	if (tracee->pending) {
		struct task task = call_task(tracee);

		keep_code(tracer, decode_unseen(tracer->decoder, &task, steal_ptr(tracee->pending)));
	}
}

/* Traced by an ordinary user, a program gets no privilege from its file: cap_bprm_creds_from_file(), ptracer_capable(). */
static void check_set_id(struct tracer *tracer, pid_t pid)
{
	char path[64];
	struct stat st;

	if (tracer->privileged || tracer->session.result->no_new_privs)
		return;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if ((stat(path, &st) == 0 && (st.st_mode & (S_ISUID | S_ISGID))) ||
	    getxattr(path, "security.capability", NULL, 0) > 0)
		tracer_note(tracer, NOTE_SET_ID);
}

void program_changed(struct tracer *tracer, struct tracee *tracee)
{
	struct process *process = tracee->process;
	struct task task = call_task(tracee);
	enum access_way way;
	const char *program;

	tracer->session.started = true;
	tracee->in_call = tracee->watch_due = false;	/* a call that succeeded: its end teaches nothing */
	tracee->piece.length = 0;
	fast_program_changed(process);
	if (process->stage == STAGE_HOST)
		return;
	way = access_begin(tracer, tracee);
	program = decode_exec(tracer->decoder, &task, tracee->pending);
	if (tracee->pending)	/* it succeeded, and was the old program's call */
		keep_code(tracer, decode_exit(tracer->decoder, &task, steal_ptr(tracee->pending), 0));
	process->by = program;
	beside_program(tracer, process->pid, program);
	if (process->stage == STAGE_RUNTIME) {
		tree_set_stage(&tracer->tree, process, STAGE_PROGRAM);
		command_describe(process->pid, tracer->session.result);
	}
	check_set_id(tracer, process->pid);
	known_follow_now(tracer, tracee);
	access_end(way);
	if (way == ACCESS_CLOSED)
		tracer_lost(tracer, "closed-process", 1);
}
