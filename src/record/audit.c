/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder `audit`: one command, told of by the kernel's audit, without a stop.
 *
 * The command gets a login uid of its own, which all that it starts inherits and nobody else on the machine has: by it the kernel
 * chooses whose calls to tell of, and we choose among the records that come. When the last task with it has ended, our
 * rules go, a record of our own is put behind all others, and the recording ends when that has come.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libaudit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_checks.h"
#include "record/audit_kernel.h"
#include "record/audit_log.h"
#include "record/audit_reader.h"
#include "record/audit_rules.h"
#include "record/audit_setup.h"
#include "record/audit_stage.h"
#include "record/command.h"
#include "record/proc_file.h"
#include "record/recorders.h"
#include "record/resolve.h"
#include "record/session.h"
#include "snug/audit_import.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define TURN_MS 100		/* most between two looks around */
#define STEP_RECORDS 4096	/* read between two looks */
#define RULES_MS 200		/* at least, between two changes of the rules */
#define LOOK_MS 1000		/* most between two looks through /proc for what the command has left behind */
#define END_MS 10000		/* without a record: our own is not going to come any more */

struct run {
	struct session session;
	const struct event_sink *sink;
	struct held_command command;
	struct audit_setup setup;
	struct audit_reader reader;
	struct audit_rules *rules;	/* owned */
	struct audit_checks *checks;	/* owned */
	struct audit_stages *stages;	/* owned; NULL = a plain command */
	enum phase phase;		/* of the event at hand */
	bool contained;			/* the container has begun */
	struct audit_import *import;	/* owned */
	struct resolver *resolver;	/* owned */
	struct origin origin;		/* owned; our root, which is the command's */
	uint32_t login;
	bool executed;			/* the record of the command's execve() has come: before it all calls were ours */
	bool left;			/* a task took another login uid: what it did then is missing */
	char marker[64];
	bool marked;			/* the record of our own has come */
	struct audit_status begin;	/* when the command began */
	uint64_t next_rules_ms, next_look_ms, look_ms;
	bool has_tasks;
};

/* Every process with the command's login uid, whoever is its parent by now. False when `visit` never said yes. */
static bool walk(uint32_t login, bool (*visit)(pid_t pid, const void *what), const void *what)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		auto_free char *value = pid > 0 ? read_task_field(pid, "loginuid", "") : NULL;

		found = value && strtoul(value, NULL, 10) == login && visit(pid, what);
	}
	if (folder)
		closedir(folder);
	return found;
}

static bool find_process(void *context, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	const struct run *run = context;

	return walk(run->login, is_it, what);
}

static bool has_tasks(const void *context)
{
	const struct run *run = context;

	return run->session.started && run->has_tasks;
}

static bool has_ended(const void *context)
{
	return !has_tasks(context);
}

static const struct session_host host = { find_process, has_tasks, has_ended };

static bool is_alive(pid_t pid, const void *what)
{
	auto_free char *state = read_task_field(pid, "status", "State:");

	(void)what;
	return state && !strchr(state, 'Z') && !strchr(state, 'X');
}

/* Who is left is looked for when the command itself has ended, and less and less often. */
static void look_for_tasks(struct run *run, uint64_t now)
{
	if (!run->session.main_ended || !run->has_tasks || now < run->next_look_ms)
		return;
	run->has_tasks = walk(run->login, is_alive, NULL);
	run->look_ms = run->look_ms ? run->look_ms * 2 : TURN_MS / 2;
	if (run->look_ms > LOOK_MS)
		run->look_ms = LOOK_MS;
	run->next_look_ms = now + run->look_ms;
}

static bool number_in(const struct audit_record *record, const char *name, int base, uint64_t *ret)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	char *end;

	if (!audit_field_text(record, name, &text) || !text.length)
		return false;
	*ret = strtoull(text_cstr(&text), &end, base);
	return *end == '\0';
}

/* The record that says whose the event is, SYSCALL, else SECCOMP, which tells less; NULL = none of ours. */
static const struct audit_record *record_of_ours(const struct run *run, const struct audit_event *event)
{
	const struct audit_record *best = NULL;

	for (size_t i = 0; i < event->count; i++) {
		const struct audit_record *record = &event->records[i];
		uint64_t login;

		if (!number_in(record, "auid", 10, &login))
			continue;
		if (login != run->login)
			return NULL;
		if (!best || record->type->use == AUDIT_USE_CALL)
			best = record;
	}
	return best;
}

struct told {
	const struct arch *abi;
	uint64_t number, args[6];	/* the last two are not told */
};

/* A call that succeeded. */
static bool read_success(const struct audit_record *record, struct told *ret)
{
	uint64_t arch, exit;

	*ret = (struct told){ 0 };
	if (record->type->use != AUDIT_USE_CALL || !number_in(record, "arch", 16, &arch) ||
	    !number_in(record, "syscall", 10, &ret->number) || !number_in(record, "exit", 10, &exit) || (int64_t)exit < 0)
		return false;
	for (unsigned int i = 0; i < 4; i++)
		number_in(record, (const char[]){ 'a', (char)('0' + i), '\0' }, 16, &ret->args[i]);
	ret->abi = arch_find((uint32_t)arch, ret->number);
	return ret->abi;
}

/* The child's own last calls are ours, up to and without the execve() that makes it the command. */
static bool is_before_command(struct run *run, const struct audit_record *record, const struct told *told)
{
	char name[SYSCALL_NAME_MAX];
	uint64_t pid;

	if (run->executed || !number_in(record, "pid", 10, &pid) || (pid_t)pid != run->session.main)
		return false;
	run->executed = told->abi == arch_native() && strcmp(syscall_name(told->abi, told->number, name), "execve") == 0;
	return !run->executed;
}

/* Has it a root or mounts of its own? Records are late: one that is gone is taken to have had ours. */
static bool stands_elsewhere(pid_t pid)
{
	auto_free char *mounts = read_task_link(pid, "ns/mnt"), *own_mounts = read_task_link(getpid(), "ns/mnt");
	auto_free char *root = xasprintf("/proc/%d/root", (int)pid);
	struct stat its, ours;

	if (!mounts || stat(root, &its) < 0 || stat("/proc/self/root", &ours) < 0)
		return false;
	return strcmp(mounts, own_mounts ?: "") != 0 || its.st_dev != ours.st_dev || its.st_ino != ours.st_ino;
}

/* Its root is that of all that the container does, and stays when its processes have ended. */
static void enter_container(struct run *run, pid_t pid)
{
	struct origin origin = ORIGIN_NONE;

	run->contained = true;
	if (!stands_elsewhere(pid))
		return;
	origin_open(run->resolver, &(struct resolve_request){ .tid = pid, .dirfd = AT_FDCWD, .path = "/" }, &origin);
	if (origin.root < 0)
		return;
	origin_close(&run->origin);
	run->origin = origin;
}

/* Of a runtime: is the call the container's? Keeps run->phase. */
static bool is_contained(struct run *run, const struct audit_record *record, const struct told *told, bool succeeded)
{
	uint64_t pid = 0, parent = 0;
	enum stage before, after;

	number_in(record, "pid", 10, &pid);
	number_in(record, "ppid", 10, &parent);
	before = after = audit_stage_of(run->stages, (pid_t)pid, (pid_t)parent);
	if (before == STAGE_HOST && record->type->use == AUDIT_USE_SECCOMP)	/* under a filter, which the runtime has not */
		before = after = run->contained ? STAGE_PROGRAM : STAGE_RUNTIME;
	if (succeeded)
		after = audit_stage_after(run->stages, (pid_t)pid, told->abi, told->number, told->args);
	run->phase = before == STAGE_PROGRAM ? PHASE_PROGRAM : PHASE_RUNTIME;
	if (after == STAGE_PROGRAM && before == STAGE_RUNTIME)
		enter_container(run, (pid_t)pid);
	return before != STAGE_HOST;
}

static bool choose(void *context, const struct audit_event *event)
{
	struct run *run = context;
	const struct audit_record *record = record_of_ours(run, event);
	struct told told;
	bool succeeded = record && read_success(record, &told);

	if (!record || is_before_command(run, record, &told))
		return false;
	if (run->stages && !is_contained(run, record, &told, succeeded))
		return false;
	if (succeeded && run->phase == PHASE_PROGRAM)
		audit_rules_learnt(run->rules, told.abi, told.number, told.args);
	return true;
}

/* Whoever reads logs knows of one phase only. */
static int send_in_phase(void *context, const struct event *event)
{
	const struct run *run = context;
	struct event told = *event;

	told.phase = run->phase;
	return run->sink->on_event(run->sink->context, &told);
}

static char *resolve_path(void *context, pid_t pid, const char *path, bool last_stays)
{
	const struct run *run = context;
	const struct resolve_request request = { .tid = pid, .dirfd = AT_FDCWD, .path = path, .last_stays = last_stays };
	struct resolved resolved = RESOLVED_NONE;
	char *place;

	if (stands_elsewhere(pid))
		resolve(run->resolver, &request, &resolved);
	else
		resolve_from(run->resolver, &request, &run->origin, &resolved);
	place = steal_ptr(resolved.path);
	resolved_done(&resolved);
	return place;
}

/* Of the records that are no part of an event of a call: our own, and that somebody changed a login uid that was ours. */
static void take_single(struct run *run, unsigned int type, const char *words)
{
	const char *old = strstr(words, " old-auid="), *new = old ? strstr(old, " auid=") : NULL;

	if (type == AUDIT_TRUSTED_APP && run->marker[0] && strstr(words, run->marker))
		run->marked = true;
	if (type == AUDIT_LOGIN && new && strtoul(old + strlen(" old-auid="), NULL, 10) == run->login &&
	    strtoul(new + strlen(" auid="), NULL, 10) != run->login)
		run->left = true;
}

/* Reads what is there, in pieces. Returns whether anything was. */
static bool step(struct run *run)
{
	char words[AUDIT_RECORD_MAX + 1];
	unsigned int type;
	size_t length = 0, count;

	for (count = 0; count < STEP_RECORDS && run->session.code >= 0 && (length = audit_reader_next(&run->reader, words, &type)); count++) {
		words[length] = '\0';
		take_single(run, type, words);
		run->session.code = audit_import_message(run->import, type, words, length);
	}
	return count;
}

static uint32_t login_of_child;	/* of start_command(), which takes no argument */

/* In the child. Whether it may was tried by audit_setup_begin(). */
static void start_command(void)
{
	if (audit_setloginuid(login_of_child) < 0)
		_exit(RECORD_STATUS_OWN_FAILURE);
}

static int begin_audit(struct run *run)
{
	struct error *err = run->session.err;
	struct audit_rules_scope scope = { .exhaustive = run->session.request->exhaustive };
	int code = audit_setup_begin(&run->setup, err);

	if (code >= 0)
		code = audit_reader_open(&run->reader, run->setup.kernel, err);
	if (code >= 0)
		code = audit_setup_free_login(&run->login, err);
	if (code < 0)
		return code;
	scope.login = run->login;
	run->rules = audit_rules_new(&scope);
	code = audit_rules_install(run->rules, run->setup.kernel, err);
	return code < 0 ? code : audit_kernel_status(run->setup.kernel, &run->begin, err);
}

static int launch(struct run *run)
{
	struct session *session = &run->session;
	int code;

	login_of_child = run->login;
	code = command_hold(&run->command, session->request->command, start_command, session->result, session->err);
	if (code < 0)
		return code;
	session->main = run->command.child;
	run->has_tasks = true;
	audit_checks_add(run->checks, session->main, run->stages ? STAGE_HOST : STAGE_PROGRAM);
	command_describe(session->main, session->result);
	return command_release(&run->command, session->err);
}

static int begin(struct run *run)
{
	const struct record_request *request = run->session.request;
	int code;

	if (request->container)
		run->stages = audit_stages_new();
	if (request->attach)
		return error_set(run->session.err, -EOPNOTSUPP, "the recorder 'audit' cannot tell a running process from others: "
				 "its login uid is not its own (hint: --recorder tracefs)");
	code = session_begin(&run->session);
	if (code == 0)
		code = begin_audit(run);
	return code == 0 ? launch(run) : code;
}

/* The pipe by which the child tells of a failed execve() closes when one succeeds. */
static void look_for_start(struct run *run)
{
	struct pollfd report = { .fd = run->command.report, .events = POLLIN };

	if (run->session.started || run->session.main_ended || poll(&report, 1, 0) <= 0)
		return;
	run->session.started = !(report.revents & POLLIN);
}

static bool is_over(const struct run *run)
{
	const struct session *session = &run->session;

	return session->stop || session->code < 0 || (session->main_ended && !session->test && !run->has_tasks);
}

static int loop(struct run *run)
{
	struct pollfd descriptors[] = {
		{ .fd = run->reader.fd, .events = POLLIN }, { .fd = audit_checks_descriptor(run->checks), .events = POLLIN },
	};
	struct session *session = &run->session;

	while (!is_over(run)) {
		uint64_t now;

		if (poll(descriptors, ARRAY_SIZE(descriptors), TURN_MS) > 0) {
			step(run);
			audit_checks_step(run->checks);
		}
		look_for_start(run);
		session_reap(session);
		session_turn(session);
		now = monotonic_ms();
		look_for_tasks(run, now);
		if (now >= run->next_rules_ms && session->code >= 0) {
			session->code = audit_rules_install(run->rules, run->setup.kernel, session->err);
			run->next_rules_ms = now + RULES_MS;
		}
	}
	return session->code;
}

/* All that was logged has been read when the record comes that we put behind it. */
static int read_to_end(struct run *run)
{
	struct pollfd descriptor = { .fd = run->reader.fd, .events = POLLIN };
	struct session *session = &run->session;
	uint64_t deadline = monotonic_ms() + END_MS;
	int code = audit_setup_drop_rules(&run->setup, session->err);

	snprintf(run->marker, sizeof(run->marker), "snug-end-%" PRIu32 "-%d", run->login, (int)getpid());
	if (code >= 0)
		code = audit_kernel_say(run->setup.kernel, run->marker, session->err);
	while (code >= 0 && !run->marked && monotonic_ms() < deadline) {
		if (poll(&descriptor, 1, TURN_MS) > 0 && step(run))
			deadline = monotonic_ms() + END_MS;
		code = session->code;
	}
	return code < 0 ? code : audit_import_end_log(run->import);
}

static bool tell_loss(const struct run *run, const char *source, uint64_t count)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { source, count } };

	if (count)
		run->sink->on_event(run->sink->context, &event);
	return count;
}

static const struct {
	const char *code, *text;
} notes[] = {
	{ "audit-login", "the program had a login uid of its own, which is set once: where it began a session for a user (pam_loginuid), "
	  "the kernel may have refused that" },
	{ "audit-slept", "the program had to wait for the reader of audit's records" },
};

enum note { NOTE_LOGIN, NOTE_SLEPT };

static void tell_note(const struct run *run, enum note note)
{
	const struct event event = { .kind = EVENT_NOTE, .note = { .code = notes[note].code, .text = notes[note].text } };

	run->sink->on_event(run->sink->context, &event);
}

/* Returns whether nothing was lost. */
static bool tell_losses(const struct run *run, const struct audit_status *end)
{
	const struct audit_import_counts *counts = audit_import_counts(run->import);
	bool lost = false;

	lost |= tell_loss(run, "audit", end->lost - run->begin.lost);
	lost |= tell_loss(run, "audit-reader", run->reader.overrun ? UINT64_MAX : 0);
	lost |= tell_loss(run, "audit-end", run->marked ? 0 : UINT64_MAX);
	lost |= tell_loss(run, "audit-torn", counts->torn);
	lost |= tell_loss(run, "audit-container", run->stages && !run->contained ? UINT64_MAX : 0);
	lost |= tell_loss(run, "audit-left", run->left ? UINT64_MAX : 0);
	return !lost;
}

static int finish(struct run *run)
{
	struct session *session = &run->session;
	struct audit_status end;
	bool whole;
	int code;

	look_for_start(run);
	if (!session->started && !(session->started = run->executed))
		return command_failure(&run->command, session->request->command, session->result, session->err);
	code = read_to_end(run);
	if (code < 0 || (code = audit_kernel_status(run->setup.kernel, &end, session->err)) < 0)
		return code;
	tell_note(run, NOTE_LOGIN);
	if (end.backlog_wait_time_actual != run->begin.backlog_wait_time_actual)
		tell_note(run, NOTE_SLEPT);
	session_fill_status(session);
	whole = audit_checks_end(run->checks);
	session->result->complete = tell_losses(run, &end) && whole && !run->has_tasks;
	session->result->exhaustive = session->request->exhaustive;
	return session_end(session);
}

static int audit_run(const struct record_request *request, const struct event_sink *sink, struct record_result *ret, struct error *err)
{
	static const struct audit_scope everything;	/* what is ours is chosen by login uid */
	struct run run = {
		.session = { .request = request, .result = ret, .err = err, .host = &host }, .sink = sink,
		.command = COMMAND_NONE, .setup = AUDIT_SETUP_NONE, .reader = AUDIT_READER_NONE, .origin = ORIGIN_NONE, .phase = PHASE_PROGRAM,
	};
	int code, ended;

	*ret = (struct record_result){ .exit_status = RECORD_STATUS_OWN_FAILURE };
	run.session.context = &run;
	run.resolver = resolver_new();
	origin_open(run.resolver, &(struct resolve_request){ .tid = getpid(), .dirfd = AT_FDCWD, .path = "/" }, &run.origin);
	run.checks = audit_checks_new(sink);
	run.import = audit_import_new(&everything, &(struct event_sink){ send_in_phase, &run });
	audit_import_choose(run.import, choose, &run);
	audit_import_resolve(run.import, resolve_path, &run);
	code = begin(&run);
	if (code == 0) {
		session_watch_signals(&run.session);
		code = loop(&run);
		session_release_signals();
	}
	if (code == 0)
		code = finish(&run);
	ret->began = run.session.started;
	command_done(&run.command);
	ended = audit_setup_end(&run.setup, err);
	audit_reader_close(&run.reader);
	audit_rules_free(run.rules);
	audit_import_free(run.import);
	audit_checks_free(run.checks);
	audit_stages_free(run.stages);
	origin_close(&run.origin);
	resolver_free(run.resolver);
	return code < 0 ? code : ended;
}

const struct recorder audit_recorder = {
	.name = "audit",
	.summary = "has the kernel's audit tell of calls and files, without a stop; needs root",
	.probe = audit_setup_probe,
	.left_behind = audit_setup_left_behind,
	.run = audit_run,
};
