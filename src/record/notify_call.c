/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a notified call to events: its arguments are decoded by what all recorders share, while the caller waits.
 * Results are not seen: what a call finds at its path is looked up instead.
 */
#include "record/notify_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/decode.h"
#include "record/notify_process.h"
#include "record/tracee_memory.h"
#include "snug/memory.h"

struct notify_calls {
	struct decoder *decoder;		/* owned */
	struct notify_processes *processes;	/* owned */
	struct event_sink sink;
	const struct filter *base;	/* borrowed; NULL = unconfined */
	enum memory_way memory_way;
};

/* A caller, for the decoder's callbacks. */
struct caller {
	struct notify_calls *calls;
	pid_t tid;
	int notify_fd;		/* with `id`: is it still the one that waits? */
	uint64_t id;
};

static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	struct caller *caller = context;

	return tracee_memory_read(caller->tid, &caller->calls->memory_way, address, buffer, length);
}

static bool is_member(void *context, pid_t pid)
{
	struct caller *caller = context;

	return notify_process_is_known(caller->calls->processes, pid);
}

struct notify_calls *notify_calls_new(const struct event_sink *sink, const struct filter *base)
{
	struct notify_calls *calls = xcalloc(1, sizeof(*calls));

	calls->sink = *sink;
	calls->base = base;
	calls->decoder = decoder_new(&calls->sink);
	calls->processes = notify_processes_new();
	return calls;
}

struct notify_calls *notify_calls_free(struct notify_calls *calls)
{
	if (!calls)
		return NULL;
	decoder_free(calls->decoder);
	notify_processes_free(calls->processes);
	free(calls);
	return NULL;
}

/* The program may be another since the last call: an execve() went on, and whether it succeeded shows only now. */
static const char *program_of(struct notify_calls *calls, struct notify_process *process, struct task *task)
{
	if (process->exec_asked) {
		process->exec_asked = false;
		if (notify_process_changed(process)) {
			process->phase = PHASE_PROGRAM;
			process->by = NULL;
		}
	}
	task->phase = process->phase;
	if (!process->by && process->phase == PHASE_PROGRAM)
		process->by = decode_exec(calls->decoder, task, NULL);
	return process->by;
}

static bool is_exec(const struct call *call)
{
	return (int)call->number == syscall_number(call->abi, "execve") ||
	       (int)call->number == syscall_number(call->abi, "execveat");
}

int notify_call_learn(struct notify_calls *calls, int notify_fd, const struct seccomp_notif *request)
{
	struct caller caller = { .calls = calls, .tid = (pid_t)request->pid, .notify_fd = notify_fd, .id = request->id };
	struct task task = { .tid = caller.tid, .context = &caller, .read_memory = read_memory, .is_member = is_member };
	struct call call = { .abi = arch_find(request->data.arch, (uint32_t)request->data.nr),
			     .number = (uint32_t)request->data.nr };
	struct notify_process *process = notify_process_of(calls->processes, caller.tid, PHASE_RUNTIME);
	int refusal = notify_call_refusal(calls->base, &request->data), code;
	struct pending *pending = NULL;

	if (!call.abi || !process)
		return 0;
	memcpy(call.args, request->data.args, sizeof(call.args));
	task.pid = process->pid;
	task.by = program_of(calls, process, &task);
	process->exec_asked = is_exec(&call) && !refusal;
	code = decode_entry(calls->decoder, &task, &call, &pending);
	if (code < 0)
		return code;
	/* The base's refusals are the only results that are known. */
	return refusal ? decode_exit(calls->decoder, &task, pending, -refusal)
		       : decode_unseen(calls->decoder, &task, pending);
}

void notify_calls_sweep(struct notify_calls *calls)
{
	notify_processes_sweep(calls->processes);
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
