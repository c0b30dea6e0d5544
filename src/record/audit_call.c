/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_call.h: the frame, and the subjects that are neither files nor sockets. */
#include "record/audit_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit_internal.h"
#include "record/decode_internal.h"
#include "snug/memory.h"

struct audit_calls {
	struct audit_call_hooks hooks;
	struct call_table *tables[ABIS_MAX];	/* owned; by index in arch_at(), made when first needed: the ABIs that were met */
	struct audit_processes *processes;	/* owned */
	uint64_t origins;			/* of descriptors, so far */
	bool as_passed;				/* was said */
	int code;				/* of the sink's first refusal */
};

struct audit_calls *audit_calls_new(const struct audit_call_hooks *hooks)
{
	struct audit_calls *calls = xcalloc(1, sizeof(*calls));

	calls->hooks = *hooks;
	calls->processes = audit_processes_new();
	return calls;
}

struct audit_calls *audit_calls_free(struct audit_calls *calls)
{
	if (!calls)
		return NULL;
	for (size_t i = 0; i < ABIS_MAX; i++)
		call_table_free(calls->tables[i]);
	audit_processes_free(calls->processes);
	free(calls);
	return NULL;
}

void audit_calls_forget(struct audit_calls *calls)
{
	audit_processes_clear(calls->processes);
}

static const struct call_table *table_of(struct audit_calls *calls, const struct arch *abi)
{
	size_t index = (size_t)(abi - arch_at(0));

	if (!calls->tables[index])
		calls->tables[index] = call_table_new(abi);
	return calls->tables[index];
}

void told_send(struct told_call *call, struct event *event)
{
	struct audit_calls *calls = call->calls;

	event->phase = PHASE_PROGRAM;
	event->by = call->by;
	if (!calls->code)
		calls->code = calls->hooks.sink.on_event(calls->hooks.sink.context, event);
}

void told_unknown(struct told_call *call, const char *what)
{
	struct audit_effect *effect = call->effect;

	if (effect->unknown_count < EFFECT_PARTS_MAX)
		effect->unknown[effect->unknown_count++] = what;
	else
		effect->cannot_repeat = true;
	call->calls->hooks.on_unknown(call->calls->hooks.context, what);
}

uint64_t told_argument(const struct told_call *call, int index)
{
	if (index == NO_ARGUMENT)
		return 0;
	call->effect->looked_at |= (uint8_t)(1 << index);
	return call->details.args[index];
}

const struct audit_descriptor *told_descriptor_of(const struct told_call *call, int fd)
{
	const struct audit_descriptor *found = call->process ? audit_descriptor_find(call->process, fd) : NULL;
	struct audit_effect *effect = call->effect;

	if (effect->looked_up_count < EFFECT_PARTS_MAX) {
		effect->looked_up[effect->looked_up_count].fd = fd;
		effect->looked_up[effect->looked_up_count++].origin = found ? found->origin : 0;
	} else {
		effect->cannot_repeat = true;
	}
	return found;
}

bool told_succeeded(const struct told_call *call)
{
	return call->details.has_result && call->details.result >= 0;
}

void told_as_passed(struct told_call *call)
{
	struct event event = {
		.kind = EVENT_NOTE,
		.note = { "paths-as-passed", "paths stand as the program passed them to the kernel: symlinks on the way could not "
					     "be followed", 0 },
	};

	if (!call->calls->as_passed)
		told_send(call, &event);
	call->calls->as_passed = true;
}

char *told_resolve(struct told_call *call, const char *start, const char *name, bool last_stays)
{
	const struct audit_call_hooks *hooks = &call->calls->hooks;
	char *resolved = hooks->resolve ? hooks->resolve(hooks->context, call->details.pid, start, name, last_stays) : NULL;

	if (!resolved)
		told_as_passed(call);
	return resolved;
}

void told_descriptor(struct told_call *call, struct audit_descriptor *told)
{
	struct audit_effect *effect = call->effect;
	struct audit_descriptor *made;

	told->origin = ++call->calls->origins;
	made = audit_descriptor_new(told);
	if (call->process)
		audit_descriptor_set(call->calls->processes, call->process, made);
	effect->cannot_repeat |= effect->made != NULL;	/* more than one */
	audit_descriptor_done(effect->made);
	effect->made = made;
}

void told_exec(struct told_call *call)
{
	call->effect->has_executed = true;
	if (call->process)
		audit_process_execs(call->calls->processes, call->process, call->exe);
}

static void send_call(struct told_call *call)
{
	const struct audit_details *details = &call->details;
	struct event event = {
		.kind = EVENT_SYSCALL,
		.syscall = {
			.abi = details->abi, .number = details->number,
			.has_result = details->has_result, .result = details->result,
		},
	};

	for (size_t i = 0; i < call->row->argument_count; i++) {
		const struct syscall_argument *row = call->row->arguments[i];

		if (row->index < details->arg_count)	/* what a pointer points to is never told */
			event.syscall.args[event.syscall.arg_count++] =
				(struct event_argument){ row->name, told_argument(call, row->index) & row->mask };
	}
	told_send(call, &event);
}

static bool is_member(const struct told_call *call, const struct audit_target *target)
{
	const struct audit_call_hooks *hooks = &call->calls->hooks;
	int answer = hooks->is_member(hooks->context, target);

	return answer < 0 ? audit_processes_has(call->calls->processes, target->pid) : answer;
}

static void send_to(struct told_call *call, struct event *event, enum signal_target *target)
{
	const struct audit_details *details = &call->details;

	call->effect->cannot_repeat = true;	/* who is a member changes */
	for (size_t i = 0; i < details->target_count; i++) {
		*target = details->targets[i].pid == details->pid ? SIGNAL_TO_SELF
			: is_member(call, &details->targets[i]) ? SIGNAL_TO_MEMBER : SIGNAL_TO_OUTSIDE;
		told_send(call, event);
	}
}

static void told_signal(struct told_call *call, const struct syscall_access *access)
{
	struct event event = { .kind = EVENT_SIGNAL, .signal = { .outcome = call->outcome } };

	event.signal.number = (int)told_argument(call, access->arg[1]);
	if (event.signal.number < 0 || event.signal.number > LAST_SIGNAL)
		return;
	if (!call->details.target_count)
		told_unknown(call, "signals whose receiver is not told");
	send_to(call, &event, &event.signal.target);
}

static void told_trace(struct told_call *call, const struct syscall_access *access)
{
	struct event event = { .kind = EVENT_PTRACE, .ptrace = { .act = access->word, .outcome = call->outcome } };

	if (access->arg[0] == NO_ARGUMENT && access->subject == SUBJECT_TRACE) {	/* by its parent */
		call->details.targets[0] = (struct audit_target){ .pid = call->details.parent };
		call->details.target_count = call->details.parent > 0;
	}
	if (!call->details.target_count)
		told_unknown(call, "looks into processes that are not told");
	send_to(call, &event, &event.ptrace.target);
}

static void told_note(struct told_call *call, const struct syscall_access *access)
{
	struct event event = { .kind = EVENT_NOTE, .note = { access->word, note_text(access->word), 0 } };

	if (!call->details.has_result || call->details.result >= 0)	/* it says what was done, not what was tried */
		told_send(call, &event);
}

static told_function told_multiplexed;

/* Without a row: what is mapped somewhere is not told (mprotect), and what was known of a name is not asked. */
static told_function *const subjects[SUBJECT_MAX_] = {
	[SUBJECT_PATH] = told_path,
	[SUBJECT_OPEN] = told_open,
	[SUBJECT_OPEN_HOW] = told_open_how,
	[SUBJECT_OPEN_HANDLE] = told_open_handle,
	[SUBJECT_DESCRIPTOR] = told_file_descriptor,
	[SUBJECT_RECORD_LOCK] = told_record_lock,
	[SUBJECT_PROGRAM] = told_program,
	[SUBJECT_SOCKET] = told_socket,
	[SUBJECT_ADDRESS] = told_address,
	[SUBJECT_MESSAGE] = told_message,
	[SUBJECT_MESSAGES] = told_message,
	[SUBJECT_SOCKET_USE] = told_socket_use,
	[SUBJECT_SIGNAL] = told_signal,
	[SUBJECT_SIGNAL_THREAD] = told_signal,
	[SUBJECT_SIGNAL_PIDFD] = told_signal,
	[SUBJECT_MOUNT] = told_mount,
	[SUBJECT_TRACE] = told_trace,
	[SUBJECT_TRACE_PIDFD] = told_trace,
	[SUBJECT_NOTE] = told_note,
	[SUBJECT_MULTIPLEXED] = told_multiplexed,
};

static bool holds(const struct told_call *call, const struct syscall_access *access)
{
	for (size_t i = 0; i < ARRAY_SIZE(access->when); i++)
		if (access->when[i].mask)
			told_argument(call, (int)access->when[i].index);
	return syscall_access_holds(access, call->details.args);
}

static void decode_rows(struct told_call *call)
{
	for (size_t i = 0; i < call->row->access_count; i++) {
		const struct syscall_access *access = call->row->accesses[i];

		if (subjects[access->subject] && holds(call, access))
			subjects[access->subject](call, access);
	}
}

/* SOCKETCALL tells the arguments of what was meant; those of an old mmap(2) stand in memory. */
static void told_multiplexed(struct told_call *call, const struct syscall_access *access)
{
	const struct call_row *made = call->row;
	uint64_t args[6];

	if (!call->details.has_meant)
		return;
	for (int i = 0; i < ARGS_LOGGED; i++)
		told_argument(call, i);
	memcpy(args, call->details.args, sizeof(args));
	memcpy(call->details.args, call->details.meant, sizeof(args));
	call->row = call_table_by_name(table_of(call->calls, call->details.abi), access->word);
	if (call->row != made)
		decode_rows(call);
	call->row = made;
	memcpy(call->details.args, args, sizeof(args));
}

static bool is_exec(const struct told_call *call)
{
	for (size_t i = 0; i < call->row->access_count; i++)
		if (call->row->accesses[i]->subject == SUBJECT_PROGRAM)
			return told_succeeded(call);
	return false;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void set_program(struct audit_process *process, const char *program)
{
	if (!program || is_same(process->program, program))
		return;
	free(process->program);
	process->program = xstrdup(program);
}

/* Who made the call: a record of an execve() names the program that came of it. */
static void find_caller(struct told_call *call)
{
	struct audit_effect *effect = call->effect;

	call->process = audit_process_of(call->calls->processes, call->details.pid, call->details.parent);
	call->by = call->exe;
	effect->cannot_repeat = !call->process;
	effect->program = effect->is_wanted ? copy_of(call->exe) : NULL;
	effect->is_exec = is_exec(call);
	if (effect->is_exec)
		call->by = effect->before = call->process ? copy_of(call->process->program) : NULL;
	else if (call->process)
		set_program(call->process, call->exe);
}

/* What follows from the records; what does not is cleared here. */
static bool begin_call(struct told_call *call, struct audit_calls *calls, const struct audit_event *event,
		       const struct audit_record *record, const struct audit_head *head)
{
	memset(call, 0, offsetof(struct told_call, details));
	call->calls = calls;
	if (!audit_details_read(&call->details, event, record, head))
		return false;
	call->row = call_table_find(table_of(calls, call->details.abi), call->details.number);
	return true;
}

int audit_calls_add(struct audit_calls *calls, const struct audit_event *event, const struct audit_record *record,
		    const struct audit_head *head, const char *exe, struct audit_effect *effect)
{
	struct told_call call;

	if (!begin_call(&call, calls, event, record, head))
		return 0;
	call.exe = exe;
	call.effect = effect;
	call.outcome = call.details.has_result ? outcome_from_result(call.details.result) : OUTCOME_UNKNOWN;
	find_caller(&call);
	send_call(&call);
	decode_rows(&call);
	audit_details_done(&call.details);
	return calls->code ?: 1;
}

void audit_effect_done(struct audit_effect *effect)
{
	free(effect->program);
	free(effect->before);
	audit_descriptor_done(effect->made);
	*effect = (struct audit_effect){ 0 };
}

static bool is_as_before(const struct audit_process *process, const struct audit_effect *effect)
{
	if (effect->is_exec && !is_same(process->program, effect->before))
		return false;
	for (size_t i = 0; i < effect->looked_up_count; i++) {
		const struct audit_descriptor *found = audit_descriptor_find(process, effect->looked_up[i].fd);

		if ((found ? found->origin : 0) != effect->looked_up[i].origin)
			return false;
	}
	return true;
}

static void make_again(struct audit_calls *calls, struct audit_process *process, struct audit_descriptor *made)
{
	const struct audit_descriptor *found = audit_descriptor_find(process, made->fd);

	if (!found || found->origin != made->origin)
		audit_descriptor_set(calls->processes, process, made);
}

bool audit_calls_repeat(struct audit_calls *calls, pid_t pid, pid_t parent, const struct audit_effect *effect)
{
	struct audit_process *process = audit_process_of(calls->processes, pid, parent);

	if (!process || !is_as_before(process, effect))
		return false;
	if (!effect->is_exec)
		set_program(process, effect->program);
	if (effect->made)
		make_again(calls, process, effect->made);
	if (effect->has_executed)
		audit_process_execs(calls->processes, process, effect->program);
	for (size_t i = 0; i < effect->unknown_count; i++)
		calls->hooks.on_unknown(calls->hooks.context, effect->unknown[i]);
	return true;
}

/* It has neither arguments nor a result: kernel/auditsc.c, audit_seccomp(). */
int audit_calls_add_filtered(struct audit_calls *calls, const struct audit_record *record, const char *exe)
{
	static const struct audit_event alone;
	struct audit_effect none = { 0 };
	struct told_call call;

	if (!begin_call(&call, calls, &alone, record, NULL))
		return 0;
	call.exe = call.by = exe;
	call.effect = &none;
	send_call(&call);
	return calls->code ?: 1;
}

/* A 64-bit ABI that calls were made of; else this machine's own, if it is of the same family. */
const struct arch *audit_calls_abi(const struct audit_calls *calls)
{
	const struct arch *best = NULL;

	for (size_t i = 0; i < ABIS_MAX && arch_at(i); i++)
		if (calls->tables[i] && (!best || arch_at(i)->pointer_bits > best->pointer_bits))
			best = arch_at(i);
	if (best && arch_native() && best->pointer_bits < 64 && strcmp(best->family, arch_native()->family) == 0)
		best = arch_native();
	return best;
}

int audit_calls_end(struct audit_calls *calls)
{
	const struct arch *own = audit_calls_abi(calls);

	for (size_t i = 0; i < ABIS_MAX && arch_at(i) && !calls->code; i++) {
		struct foreign_abi_words words;
		struct event event = foreign_abi(arch_at(i), &words);

		if (calls->tables[i] && arch_at(i) != own)
			calls->code = calls->hooks.sink.on_event(calls->hooks.sink.context, &event);
	}
	return calls->code;
}
