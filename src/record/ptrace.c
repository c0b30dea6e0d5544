/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ptrace recorder: one stop in, one resumption out.
 *
 * Any tracee can be killed at any moment, so that ESRCH from ptrace(2) is normal everywhere and says
 * nothing yet; that a task has ended is only what waitpid(2) reports. Stops are taken in batches: a tracer
 * that always serves the first task that waitpid() finds would starve the others.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/ptrace_internal.h"
#include "record/recorders.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define BATCH_MAX 64		/* stops taken before the first is served */
#define LONE_MAX 8		/* stops that came alone: one look in so many for others is enough then */
#define WAIT_TURNS_MAX 10	/* a task that sleeps beyond any signal is not waited for longer */
#define SYSCALL_STOP (SIGTRAP | 0x80)	/* PTRACE_O_TRACESYSGOOD */

static const struct {
	const char *code, *text;
} notes[] = {
	[NOTE_PTRACED] = { "ptraced",
		"a program tried to trace another, which is refused while snug traces both: "
		"what it would have done after that is not recorded" },
	[NOTE_KILLED] = { "killed",
		"a program was killed within a call: the outcome of that call is not known" },
	[NOTE_SET_ID] = { "set-id",
		"a set-user-ID program, or one with file capabilities, ran without its privilege "
		"because an ordinary user recorded it" },
	[NOTE_NO_TRACING] = { "no-tracing",
		"the kernel's tracing could not be used: each call stopped, and which capabilities were needed is inferred" },
	[NOTE_FAST] = { "fast",
		"a process that had made the same calls for long went on under no_new_privs, without a stop for those: "
		"programs that it started may have made them too, and are not named for them" },
};

void tracer_send(struct tracer *tracer, const struct tracee *tracee, struct event *event)
{
	int code;

	if (tracee && tracee->process) {
		event->by = tracee->process->by;
		event->phase = tracee->process->stage == STAGE_RUNTIME ? PHASE_RUNTIME : PHASE_PROGRAM;
	}
	code = tracer->sink->on_event(tracer->sink->context, event);
	if (code < 0 && tracer->session.code == 0)
		tracer->session.code = error_errno(tracer->session.err, code, "cannot keep what was recorded");
}

void tracer_note(struct tracer *tracer, enum note note)
{
	struct event event = { .kind = EVENT_NOTE };

	if (tracer->notes_sent & 1u << note)
		return;
	tracer->notes_sent |= 1u << note;
	event.note.code = notes[note].code;
	event.note.text = notes[note].text;
	tracer_send(tracer, NULL, &event);
}

void tracer_lost(struct tracer *tracer, const char *source, uint64_t count)
{
	struct event event = { .kind = EVENT_LOST, .lost = { source, count } };

	tracer->lost = true;
	tracer_send(tracer, NULL, &event);
}

static void send_limit(struct tracer *tracer, const char *name, uint64_t value)
{
	struct event event = { .kind = EVENT_LIMIT, .limit = { name, value } };

	if (value)
		tracer_send(tracer, NULL, &event);
}

/* Stops at each call where the filter is missing or may be overruled, and at the exit that is awaited. */
void tracee_resume(struct tracee *tracee, int signal)
{
	bool each_call = !tracee->process->filtered || tracee->process->own_filter;

	ptrace(each_call || tracee->in_call ? PTRACE_SYSCALL : PTRACE_CONT, tracee->tid, NULL,
	       (void *)(intptr_t)signal);
}

/* A task under PTRACE_CONT stops at each call only after it has stopped once more. A call that sleeps may
 * end with EINTR for it, as it may when the process is stopped and continued, signal(7). */
void tracer_halt_siblings(struct tracer *tracer, struct tracee *tracee)
{
	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t)) {
		if (t == tracee || t->process != tracee->process || t->group_stopped || t->interrupted ||
		    ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) < 0)
			continue;
		t->interrupted = true;
		t->process->halting++;
	}
	tracee->waits = tracee->process->halting > 0;
	tracee->wait_turns = 0;
}

static void stop_waiting(struct tracee *tracee)
{
	tracee->waits = false;
	tracee_resume(tracee, 0);
}

/* It has stopped, or ended. */
static void siblings_halted(struct tracer *tracer, struct tracee *tracee)
{
	if (!tracee->interrupted)
		return;
	tracee->interrupted = false;
	if (--tracee->process->halting > 0)
		return;
	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t))
		if (t->process == tracee->process && t->waits)
			stop_waiting(t);
}

/* -1 is not a call: it is what skipping one looks like. */
#define IS_CALL(number) ((uint32_t)(number) != UINT32_MAX)

static void entry_stop(struct tracer *tracer, struct tracee *tracee, uint32_t audit_arch, uint64_t number,
		       const uint64_t args[6])
{
	struct call call = { .abi = arch_find(audit_arch, number), .number = number };

	if (!IS_CALL(number))
		return;
	if (!call.abi) {
		tracer_lost(tracer, "unknown-abi", 1);
		return;
	}
	memcpy(call.args, args, sizeof(call.args));
	if (call.abi != arch_native()) {
		tracer->foreign_calls = true;
		beside_foreign(tracer);
	}
	call_entered(tracer, tracee, &call);
	fast_call_entered(tracer, tracee, &call);
}

/* A call under both PTRACE_SYSCALL and the filter stops twice at its entry, in this order since Linux 4.8. */
static void call_stop(struct tracer *tracer, struct tracee *tracee)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, sizeof(info), &info) <= 0)
		return;
	if (tracee->detour) {
		if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			fast_detour_left(tracer, tracee, info.exit.rval);
	} else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		entry_stop(tracer, tracee, info.arch, info.entry.nr, info.entry.args);
		tracee->in_call = true;
		tracee->exit_is_next = !tracee->pending && !tracee->watch_due && !tracee->detour;
	} else if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
		if (!tracee->in_call)
			entry_stop(tracer, tracee, info.arch, info.seccomp.nr, info.seccomp.args);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		call_left(tracer, tracee, info.exit.rval);
	}
}

/* Behind an entry stop comes the exit stop, unless an event or death comes first (ptrace(2), "Syscall-stops"): of a call that teaches
 * nothing the kernel need not be asked which of the two this is. */
static bool is_idle_exit(struct tracee *tracee, int signal, int event)
{
	const bool is_next = tracee->exit_is_next;

	tracee->exit_is_next = is_next && event == PTRACE_EVENT_SECCOMP;	/* between the two */
	return is_next && event == 0 && signal == SYSCALL_STOP;
}

static bool is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* PTRACE_LISTEN leaves a stopped task stopped, and lets SIGCONT end that as it would untraced. */
void tracee_event_stop(struct tracee *tracee, int signal)
{
	tracee->group_stopped = is_stop_signal(signal);
	if (tracee->group_stopped)
		ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
	else
		tracee_resume(tracee, 0);
}

/* Killed since its event, the tracee may stand in PTRACE_EVENT_EXIT by now, whose message is a status and not an id. */
bool tracee_event_message(const struct tracee *tracee, int event, unsigned long *ret)
{
	siginfo_t info;

	return ptrace(PTRACE_GETEVENTMSG, tracee->tid, NULL, ret) == 0 &&
	       ptrace(PTRACE_GETSIGINFO, tracee->tid, NULL, &info) == 0 && info.si_code >> 8 == event;
}

static void look_after_tasks(struct tracer *tracer)
{
	struct tracee *next;

	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = next) {
		next = tree_next(&tracer->tree, t);
		if (t->ended || !t->process)
			child_looked_after(tracer, t);
		else if (t->waits && t->wait_turns++ >= WAIT_TURNS_MAX)
			stop_waiting(t);
	}
}

static void forget(struct tracer *tracer, struct tracee *tracee)
{
	if (tracee->process) {
		siblings_halted(tracer, tracee);
		call_cut_short(tracer, tracee);
		fast_forget(tracee);
	}
	known_leave(tracer, tracee);
	decoder_forget(tracer->decoder, tracee->tid);
	tree_remove(&tracer->tree, tracee);
}

/* The thread that called execve() goes on under its leader's id; the leader is gone without a word. */
static void exec_stop(struct tracer *tracer, struct tracee **tracee)
{
	unsigned long former = 0;
	struct tracee *caller;

	if (!tracee_event_message(*tracee, PTRACE_EVENT_EXEC, &former))
		return;
	caller = tree_find(&tracer->tree, (pid_t)former);
	if (caller && caller != *tracee && caller->process) {
		pid_t tid = (*tracee)->tid;

		forget(tracer, *tracee);
		tree_rename(&tracer->tree, caller, tid);
		*tracee = caller;
	}
	program_changed(tracer, *tracee);
}

/* What only the kernel has counted, before it is gone. FDSize is the size of the table, never less than its descriptors. */
static void exit_stop(struct tracer *tracer, struct tracee *tracee)
{
	auto_free char *status = NULL;
	char *save = NULL;
	unsigned long long value;

	known_stopped(tracer, tracee);	/* killed before the signal could stop it */
	if (tracee->tid != tracee->process->pid || tracee->process->stage == STAGE_HOST)
		return;
	status = read_task_file(tracee->tid, "status");
	for (char *line = status ? strtok_r(status, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "VmHWM: %llu", &value) == 1 && value * 1024 > tracer->memory_most)
			tracer->memory_most = value * 1024;
		else if (sscanf(line, "FDSize: %llu", &value) == 1 && value > tracer->descriptors_most)
			tracer->descriptors_most = value;
	}
}

/* From whom, to tell a signal to our process group from one to snug alone. */
static void main_signalled(struct tracer *tracer, pid_t tid, int signal)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) == 0)
		session_main_signalled(&tracer->session, signal, &info);
}

/* By our program in the kernel, which has no other reason to stop a task; and not by somebody who wants it to stop? */
static bool is_ours(pid_t tid)
{
	siginfo_t info;

	return ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) == 0 && info.si_code == SI_KERNEL;
}

static void signal_stop(struct tracer *tracer, struct tracee *tracee, int signal)
{
	known_stopped(tracer, tracee);	/* another signal may come first, and SIGCONT in its place */
	if (signal == SIGSTOP && tracer->look_ups && is_ours(tracee->tid)) {
		tracee_resume(tracee, 0);
		return;
	}
	if (tracee->process->pid == tracer->session.main)
		main_signalled(tracer, tracee->tid, signal);
	tracee_resume(tracee, signal);
}

static void serve_stop(struct tracer *tracer, struct tracee *tracee, int signal, int event)
{
	const bool idle_exit = is_idle_exit(tracee, signal, event);

	siblings_halted(tracer, tracee);
	tracee->waits = false;
	switch (event) {
	case 0:
		if (signal != SYSCALL_STOP) {
			signal_stop(tracer, tracee, signal);
			return;
		}
		if (idle_exit)
			call_left(tracer, tracee, 0);
		else
			call_stop(tracer, tracee);
		break;
	case PTRACE_EVENT_SECCOMP:
		call_stop(tracer, tracee);
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		child_reported(tracer, tracee, event);
		break;
	case PTRACE_EVENT_EXEC:
		exec_stop(tracer, &tracee);
		break;
	case PTRACE_EVENT_EXIT:
		exit_stop(tracer, tracee);
		break;
	case PTRACE_EVENT_STOP:
		tracee_event_stop(tracee, signal);
		return;
	}
	if (!tracee->waits)
		tracee_resume(tracee, 0);
}

static void serve_end(struct tracer *tracer, struct tracee *tracee, pid_t pid, int status)
{
	if (tracee && tracee->pending && WIFSIGNALED(status))
		tracer_note(tracer, NOTE_KILLED);
	if (tracee && tracee->process)
		forget(tracer, tracee);
	else
		child_ended(tracer, tracee, pid);
	if (pid == tracer->session.main) {
		session_main_ended(&tracer->session, status);
	}
}

static void serve(struct tracer *tracer, pid_t pid, int status)
{
	struct tracee *tracee = tree_find(&tracer->tree, pid);

	if (!tracee && pid == tracer->session.test)
		session_test_ended(&tracer->session, status);
	else if (!WIFSTOPPED(status))
		serve_end(tracer, tracee, pid, status);
	else if (!tracee || tracee->ended)
		child_held(tracer, tracee, pid, WSTOPSIG(status));
	else if (tracee->process)
		serve_stop(tracer, tracee, WSTOPSIG(status), status >> 16);
}

struct stop {
	pid_t pid;
	int status;
};

/* Could another task have stopped meanwhile? To look for it takes as long as half of what else is done at a stop. */
static bool may_be_others(const struct tracer *tracer, bool together)
{
	const bool alone = tracer->lone >= LONE_MAX && tracer->lone % LONE_MAX != 0;

	return !together && !alone && tracer->tree.tracee_count > 1;
}

/* Waits for one stop, then takes whatever else is there. Returns how many; 0 when a signal came first. Whoever makes nearly all of
 * them on our own processor cannot stop again before another's is found: then each is served at once. */
static size_t take_batch(struct tracer *tracer, struct stop batch[BATCH_MAX])
{
	const bool together = cpu_follow_is_there(&tracer->follow);
	size_t count = 0;

	while (count < BATCH_MAX) {
		pid_t pid = count ? waitpid(-1, &batch[count].status, __WALL | WNOHANG) :
				    cpu_awake_wait(&tracer->awake, together, &batch[count].status);

		if (pid < 0 && errno == ECHILD && count == 0)
			tracer->session.stop = true;
		if (pid <= 0)
			break;
		batch[count++].pid = pid;
		if (!may_be_others(tracer, together))
			break;
	}
	tracer->lone = count == 1 ? tracer->lone + 1 : 0;
	return count;
}

static bool find_process(void *context, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	const struct tracer *tracer = context;

	for (struct tracee *t = tree_next(&tracer->tree, NULL); t; t = tree_next(&tracer->tree, t))
		if (t->process && t->tid == t->process->pid && is_it(t->tid, what))
			return true;
	return false;
}

static bool has_tasks(const void *context)
{
	const struct tracer *tracer = context;

	return tracer->tree.tracee_count > 0;
}

static bool has_ended(const void *context)
{
	const struct tracer *tracer = context;

	return tree_has_ended(&tracer->tree);
}

static bool is_stopped(const void *context)
{
	const struct tracer *tracer = context;
	const struct tracee *main_task = tree_find(&tracer->tree, tracer->session.main);

	return main_task && main_task->group_stopped;
}

static void look(void *context)
{
	beside_look(context);
}

static void leave(void *context)
{
	struct tracer *tracer = context;

	cpu_follow_end(&tracer->follow);
}

static const struct session_host host = { find_process, has_tasks, has_ended, is_stopped, look, leave };

static void loop(struct tracer *tracer)
{
	struct stop batch[BATCH_MAX];

	cpu_follow_begin(&tracer->follow);
	cpu_awake_begin(&tracer->awake, true);
	while (!tracer->session.stop && tracer->session.code == 0 && !session_is_over(&tracer->session)) {
		size_t count = take_batch(tracer, batch);

		for (size_t i = 0; i < count; i++) {
			serve(tracer, batch[i].pid, batch[i].status);
			cpu_follow_stopped(&tracer->follow, batch[i].pid);
			cpu_awake_stopped(&tracer->awake);
		}
		if (session_turn(&tracer->session)) {
			look_after_tasks(tracer);
			cpu_follow_look(&tracer->follow);
			cpu_awake_look(&tracer->awake);
		}
	}
	cpu_awake_end(&tracer->awake);
	cpu_follow_end(&tracer->follow);
}

static void fill_result(struct tracer *tracer)
{
	session_fill_status(&tracer->session);
	tracer->session.result->complete = !tracer->lost && tree_has_ended(&tracer->tree);
	send_limit(tracer, "processes", tracer->tree.most_recorded);
	send_limit(tracer, "descriptors", tracer->descriptors_most);
	send_limit(tracer, "memory", tracer->memory_most);
}

static int run_tracer(struct tracer *tracer)
{
	int code = access_check(tracer->session.err);

	if (code == 0)
		code = session_begin(&tracer->session);
	fast_begin(tracer);
	if (code == 0)
		beside_begin(tracer);
	if (code == 0)
		code = tracer->session.request->attach ? launch_attach(tracer) : launch_command(tracer);
	if (code == 0) {
		session_enter_loop(&tracer->session);
		loop(tracer);
		session_leave_loop();
		beside_end(tracer);
		code = tracer->session.code;
	}
	if (code == 0 && !tracer->session.started)
		return command_failure(&tracer->command, tracer->session.request->command, tracer->session.result, tracer->session.err);
	if (code == 0) {
		fill_result(tracer);
		code = session_end(&tracer->session);
	}
	return code;
}

static int run(const struct record_request *request, const struct event_sink *sink, bool wants_beside,
	       struct record_result *ret, struct error *err)
{
	struct tracer tracer = {
		.sink = sink, .wants_beside = wants_beside, .command = COMMAND_NONE,
		.session = { .request = request, .result = ret, .err = err, .host = &host },
	};
	int code;

	/* Each call stops, and the decoder asks of each by which program; but where it came to be fast. */
	*ret = (struct record_result){ .exit_status = RECORD_STATUS_OWN_FAILURE, .exhaustive = true };
	tracer.session.context = &tracer;
	tracer.decoder = decoder_new(sink);
	code = run_tracer(&tracer);
	ret->began = tracer.session.started;
	while (tracer.tree.tracee_count)
		forget(&tracer, tree_next(&tracer.tree, NULL));
	command_done(&tracer.command);
	beside_end(&tracer);
	decoder_free(tracer.decoder);
	string_set_done(&tracer.programs);
	return code;
}

static int ptrace_run(const struct record_request *request, const struct event_sink *sink,
		      struct record_result *ret, struct error *err)
{
	return run(request, sink, false, ret, err);
}

static int auto_run(const struct record_request *request, const struct event_sink *sink,
		    struct record_result *ret, struct error *err)
{
	return run(request, sink, true, ret, err);
}

const struct recorder ptrace_recorder = {
	.name = "ptrace",
	.summary = "follows a command and all of its children; needs no privilege",
	.probe = launch_probe,
	.run = ptrace_run,
};

const struct recorder auto_recorder = {
	.name = "auto",
	.summary = "as root the kernel's tracing, with stops for paths only; else ptrace",
	.probe = launch_probe,
	.run = auto_run,
};
