/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a notified call to events: its arguments are decoded by what all recorders share, while the caller waits.
 * Results are not seen: what a call finds at its path is looked up instead.
 */
#include "record/notify_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "record/decode_internal.h"
#include "record/lookup.h"
#include "record/notify_link.h"
#include "record/notify_process.h"
#include "record/tracee_memory.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/not_notified.h"

enum note {
	NOTE_INTERRUPTED,
	NOTE_OWN_LISTENER,
	NOTE_OWN_TRACER,
	NOTE_UNANSWERED,
	NOTE_MAX_,
};

/* What user notification itself changes, seccomp_unotify(2), and where that can be seen. */
static const struct {
	const char *code, *text;
} notes[] = {
	[NOTE_INTERRUPTED] = { "interrupted",
		"signals ended calls while they were held: a handler without SA_RESTART then meets EINTR where it would not "
		"without the recording" },
	[NOTE_OWN_LISTENER] = { "own-listener",
		"a program asked for seccomp notifications of its own: under snug listen it gets EBUSY" },
	[NOTE_OWN_TRACER] = { "own-tracer",
		"a program traces calls by a seccomp filter (RET_TRACE): under snug listen that does not fire" },
	[NOTE_UNANSWERED] = { "unanswered",
		"a file system of the container did not answer in time: paths on it are recorded as they were passed, "
		"with outcome unknown" },
};

/* A call that asks for what only one can have: (argument & mask) == value, for two arguments. */
struct conflict {
	const char *name;
	struct {
		unsigned int index;
		uint64_t mask, value;
	} when[2];
	enum note note;
	const char *source;
};

static const struct conflict conflicts[] = {
	{ "ptrace", { { 0, UINT32_MAX, PTRACE_SEIZE }, { 3, PTRACE_O_TRACESECCOMP, PTRACE_O_TRACESECCOMP } },
	  NOTE_OWN_TRACER, "ptrace(2)" },
	{ "ptrace", { { 0, UINT32_MAX, PTRACE_SETOPTIONS }, { 3, PTRACE_O_TRACESECCOMP, PTRACE_O_TRACESECCOMP } },
	  NOTE_OWN_TRACER, "ptrace(2)" },
	{ "seccomp", { { 0, UINT32_MAX, SECCOMP_SET_MODE_FILTER },
		       { 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_FILTER_FLAG_NEW_LISTENER } },
	  NOTE_OWN_LISTENER, "seccomp(2)" },
};

struct notify_calls {
	struct decoder *decoder;		/* owned */
	struct notify_processes *processes;	/* owned */
	struct event_sink sink;
	const struct filter *base;	/* borrowed; NULL = unconfined */
	bool rest_is_told;		/* of what the program calls */
	bool refused;			/* the call that is being learnt: by the base */
	uint64_t noted[NOTE_MAX_];		/* how often there was reason for each note */
	uint32_t assumed[PHASE_MAX_];		/* ABIs, 1 << row of arch_at(), of which assume() has spoken */
	size_t execs_asked;			/* whose outcome is not known yet; those of processes that died of it too */
};

/* A caller, for the decoder's callbacks. */
struct caller {
	struct notify_calls *calls;
	pid_t tid;
	enum memory_way memory_way;	/* of this one: another's may be closed to us */
	int notify_fd;			/* with `id`: is it still the one that waits? */
	uint64_t id;
	bool closed;			/* its memory was refused to us */
};

/* Nobody is traced here, so that reading by word is no way. */
static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	struct caller *caller = context;
	ssize_t n = tracee_memory_read(caller->tid, &caller->memory_way, address, buffer, length);

	caller->closed |= caller->memory_way == MEMORY_BY_WORD;
	return n;
}

static bool is_member(void *context, pid_t pid)
{
	struct caller *caller = context;

	return notify_process_is_known(caller->calls->processes, pid);
}

static bool is_current(void *context)
{
	struct caller *caller = context;

	return link_is_current(caller->notify_fd, caller->id);
}

/* The arguments of what the base refused are values that nobody needs: beside others they would be allowed. */
static int send_decoded(void *context, const struct event *event)
{
	struct notify_calls *calls = context;
	struct event bare = *event;

	if (calls->refused && event->kind == EVENT_SYSCALL)
		bare.syscall.arg_count = 0;
	return calls->sink.on_event(calls->sink.context, &bare);
}

struct notify_calls *notify_calls_new(const struct event_sink *sink, const struct filter *base, struct lookups *lookups)
{
	struct notify_calls *calls = xcalloc(1, sizeof(*calls));

	calls->sink = *sink;
	calls->base = base;
	calls->decoder = decoder_new(&(struct event_sink){ send_decoded, calls });
	decoder_defer(calls->decoder, lookups);
	calls->processes = notify_processes_new();
	return calls;
}

void notify_calls_rest_is_told(struct notify_calls *calls)
{
	calls->rest_is_told = true;
}

static int tell(struct notify_calls *calls, const struct event *event)
{
	return calls->sink.on_event(calls->sink.context, event);
}

static int send_note(struct notify_calls *calls, enum note note)
{
	const struct event event = {
		.kind = EVENT_NOTE, .note = { notes[note].code, notes[note].text, calls->noted[note] },
	};

	return tell(calls, &event);
}

/* The trace gets the number at its powers of two, and at the end. */
static int count_note(struct notify_calls *calls, enum note note)
{
	uint64_t count = ++calls->noted[note];

	return count & (count - 1) ? 0 : send_note(calls, note);
}

bool notify_calls_settled(struct notify_calls *calls)
{
	decoder_ends(calls->decoder);
	return decoder_waits(calls->decoder) == 0;
}

size_t notify_calls_waiting(const struct notify_calls *calls)
{
	return decoder_waits(calls->decoder) + calls->execs_asked;
}

struct notify_calls *notify_calls_free(struct notify_calls *calls)
{
	if (!calls)
		return NULL;
	if (decoder_gave_up(calls->decoder))
		send_note(calls, NOTE_UNANSWERED);
	for (enum note note = 0; note < NOTE_MAX_; note++)
		if (calls->noted[note])
			send_note(calls, note);
	decoder_free(calls->decoder);
	notify_processes_free(calls->processes);
	free(calls);
	return NULL;
}

void notify_call_interrupted(struct notify_calls *calls)
{
	count_note(calls, NOTE_INTERRUPTED);
}

static int note_conflicts(struct notify_calls *calls, const struct call *call)
{
	const char *name = call_table_find(decoder_table(calls->decoder, call->abi), call->number)->name;

	for (size_t i = 0; i < ARRAY_SIZE(conflicts); i++) {
		const struct conflict *row = &conflicts[i];
		bool holds = name && strcmp(name, row->name) == 0;

		for (size_t j = 0; j < ARRAY_SIZE(row->when); j++)
			holds &= (call->args[row->when[j].index] & row->when[j].mask) == row->when[j].value;
		if (holds)
			return count_note(calls, row->note);
	}
	return 0;
}

/* Who makes calls of an ABI may make those that nobody is told of. Called at each call: the first answers mostly. */
static int assume(struct notify_calls *calls, const struct arch *abi, enum phase phase)
{
	struct event event = { .kind = EVENT_SYSCALL, .phase = phase, .syscall = { .abi = abi, .assumed = true } };
	uint32_t bit = 1u << (abi - arch_at(0));
	const struct not_notified *row;
	int code = 0;

	if (calls->assumed[phase] & bit || (calls->rest_is_told && phase == PHASE_PROGRAM))
		return 0;
	calls->assumed[phase] |= bit;
	for (size_t i = 0; code == 0 && (row = not_notified_at(i)) != NULL; i++) {
		int number = syscall_number(abi, row->call);

		event.syscall.number = (uint64_t)number;
		if (number >= 0)
			code = tell(calls, &event);
	}
	return code;
}

/* The program may be another since the last call: an execve() went on, and whether it succeeded shows only now. It was
 * made by the program before, in the phase before: a container's first program is started by its runtime. */
static void follow_exec(struct notify_calls *calls, struct notify_process *process, struct task *task)
{
	auto_free char *before = process->program ? xstrdup(process->program) : NULL;

	process->exec_asked = false;
	calls->execs_asked--;
	decoder_forget(calls->decoder, task->tid);
	if (!notify_process_changed(process))
		return;
	task->phase = process->phase;
	task->by = process->phase == PHASE_PROGRAM ? before : NULL;
	decode_exec(calls->decoder, task, NULL);
	process->phase = PHASE_PROGRAM;
}

pid_t notify_calls_process(struct notify_calls *calls, pid_t tid, enum phase first_phase)
{
	const struct notify_process *process = notify_process_of(calls->processes, tid, first_phase);

	return process ? process->pid : 0;
}

pid_t notify_calls_runtime(struct notify_calls *calls, pid_t tid, enum phase first_phase)
{
	const struct notify_process *process = notify_process_of(calls->processes, tid, first_phase);

	return process && process->phase == PHASE_RUNTIME ? process->pid : 0;
}

bool notify_call_is_exec(const struct seccomp_data *data)
{
	const struct arch *abi = arch_find(data->arch, (uint32_t)data->nr);

	if (abi && abi == arch_native())	/* of which we know without asking: it is asked of each call */
		return data->nr == SYS_execve || data->nr == SYS_execveat;
	return abi && (data->nr == syscall_number(abi, "execve") || data->nr == syscall_number(abi, "execveat"));
}

char *notify_call_program(struct notify_calls *calls, const struct seccomp_notif *request)
{
	const struct arch *abi = arch_find(request->data.arch, (uint32_t)request->data.nr);
	bool from_folder = request->data.nr == syscall_number(abi, "execveat");
	struct caller caller = { .calls = calls, .tid = (pid_t)request->pid };
	const struct task task = { .tid = caller.tid, .context = &caller, .read_memory = read_memory };
	char *path = read_string(&task, request->data.args[from_folder]);

	if (!path || path[0] == '/' || (path[0] && (!from_folder || (int)request->data.args[0] == AT_FDCWD)))
		return path;
	free(path);
	return NULL;
}

static int count_lost(struct notify_calls *calls, const char *source)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { source, 1 } };

	return tell(calls, &event);
}

int notify_call_learn(struct notify_calls *calls, int notify_fd, enum phase *first_phase,
		      const struct seccomp_notif *request, int refusal)
{
	struct caller caller = { .calls = calls, .tid = (pid_t)request->pid, .notify_fd = notify_fd, .id = request->id };
	struct task task = {
		.tid = caller.tid, .context = &caller, .read_memory = read_memory, .is_member = is_member,
		.is_current = is_current,
	};
	struct call call = { .abi = arch_find(request->data.arch, (uint32_t)request->data.nr),
			     .number = (uint32_t)request->data.nr, .refusal = refusal };
	bool is_known = notify_process_knows_task(calls->processes, caller.tid);
	struct notify_process *process = notify_process_of(calls->processes, caller.tid, *first_phase);
	struct pending *pending = NULL;
	int code;

	if (!call.abi)	/* a number of no ABI that this machine has: what was called cannot be told */
		return count_lost(calls, "unknown-abi");
	if (!process)
		return 0;
	memcpy(call.args, request->data.args, sizeof(call.args));
	task.pid = process->pid;
	if (process->exec_asked)
		follow_exec(calls, process, &task);
	task.phase = process->phase;
	task.by = process->phase == PHASE_PROGRAM ? process->program : NULL;
	if (process->phase == PHASE_PROGRAM)
		*first_phase = PHASE_PROGRAM;
	process->exec_asked = notify_call_is_exec(&request->data) && !refusal;
	calls->execs_asked += process->exec_asked;
	code = decode_entry(calls->decoder, &task, &call, &pending);
	/* Killed meanwhile, its number may be another task's by now, and what was read that one's. Where nothing is to be told, nothing
	 * was learnt either. */
	if (code == 0 && (pending || !is_known) && !is_current(&caller)) {
		notify_process_forget(calls->processes, caller.tid);
		decode_drop(pending);
		return 0;
	}
	if (code == 0 && caller.closed)
		code = count_lost(calls, "closed-process");
	if (code == 0)
		code = assume(calls, call.abi, process->phase);
	if (code == 0)
		code = note_conflicts(calls, &call);
	if (code < 0) {
		decode_drop(pending);
		return code;
	}
	/* The base's refusals are the only results that are known. */
	calls->refused = refusal != 0;
	code = refusal ? decode_exit(calls->decoder, &task, pending, -refusal)
		       : decode_unseen(calls->decoder, &task, pending);
	calls->refused = false;
	return code;
}

static void forget(void *context, pid_t tid)
{
	decoder_forget(context, tid);
}

void notify_calls_sweep(struct notify_calls *calls)
{
	notify_processes_sweep(calls->processes, forget, calls->decoder);
}

/* What a call gets whose answer is no errno: seccomp(2). A kill or a trap cannot be answered with, and becomes EPERM. */
static const struct {
	uint32_t action;
	int code;
} refusals[] = {
	{ SECCOMP_RET_ALLOW, 0 },
	{ SECCOMP_RET_LOG, 0 },
	{ SECCOMP_RET_TRACE, ENOSYS },		/* nobody traces */
	{ SECCOMP_RET_USER_NOTIF, ENOSYS },	/* nobody listens */
};

int notify_call_refusal(const struct filter *base, const struct seccomp_data *data)
{
	const struct arch *abi = arch_find(data->arch, (uint32_t)data->nr);
	uint64_t args[6];
	uint32_t answer;

	if (!base || !abi)
		return 0;
	memcpy(args, data->args, sizeof(args));
	answer = filter_answer(base, abi, (uint32_t)data->nr, args);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].action == (answer & SECCOMP_RET_ACTION_FULL))
			return refusals[i].code;
	return (answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO ? (int)(answer & SECCOMP_RET_DATA) : EPERM;
}
