/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder `audit`: one command, told of by the kernel's audit, without a stop.
 *
 * The command gets a login uid of its own, which all that it starts inherits and nobody else on the machine has: by it the kernel
 * chooses whose calls to tell of, and we choose among the records that come (audit_group.h). When the last task with it has ended, our
 * rules go, a record of our own is put behind all others, and the recording ends when that has come.
 */
#include <errno.h>
#include <libaudit.h>
#include <poll.h>
#include <unistd.h>

#include "record/audit_group.h"
#include "record/audit_reader.h"
#include "record/audit_setup.h"
#include "record/command.h"
#include "record/recorders.h"
#include "record/session.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define TURN_MS 100		/* most between two looks around */
#define STEP_RECORDS 4096	/* read between two looks */
#define RULES_MS 200		/* at least, between two changes of the rules */
#define LOOK_MS 1000		/* most between two looks through /proc for what the command has left behind */
#define END_MS 10000		/* without a record: our own is not going to come any more */

struct run {
	struct session session;
	struct held_command command;
	struct audit_setup setup;
	struct audit_reader reader;
	struct audit_group *group;	/* owned */
	uint32_t login;
	uint64_t next_rules_ms, next_look_ms, look_ms;
	bool has_tasks;
};

static bool find_process(void *context, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	const struct run *run = context;

	return audit_login_find(run->login, is_it, what);
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

/* Who is left is looked for when the command itself has ended, and less and less often. */
static void look_for_tasks(struct run *run, uint64_t now)
{
	if (!run->session.main_ended || !run->has_tasks || now < run->next_look_ms)
		return;
	run->has_tasks = audit_login_find(run->login, audit_login_is_alive, NULL);
	run->look_ms = run->look_ms ? run->look_ms * 2 : TURN_MS / 2;
	if (run->look_ms > LOOK_MS)
		run->look_ms = LOOK_MS;
	run->next_look_ms = now + run->look_ms;
}

/* Reads what is there, in pieces. Returns whether anything was. */
static bool step(struct run *run)
{
	char words[AUDIT_RECORD_MAX + 1];
	unsigned int type;
	size_t length = 0, count;

	for (count = 0; count < STEP_RECORDS && run->session.code >= 0 && (length = audit_reader_next(&run->reader, words, &type)); count++) {
		words[length] = '\0';
		run->session.code = audit_group_read(run->group, type, words, length);
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

static int begin_audit(struct run *run, const struct event_sink *sink)
{
	const struct record_request *request = run->session.request;
	struct error *err = run->session.err;
	int code = audit_setup_begin(&run->setup, err);

	if (code >= 0)
		code = audit_reader_open(&run->reader, run->setup.kernel, err);
	if (code >= 0)
		code = audit_setup_free_login(&run->setup, &run->login, err);
	if (code < 0)
		return code;
	run->group = audit_group_new(&(struct audit_group_options){
		.sink = *sink, .login = run->login, .container = request->container, .exhaustive = request->exhaustive });
	return audit_group_begin(run->group, run->setup.kernel, &run->reader, err);
}

static int launch(struct run *run)
{
	const struct command_start start = { .prepare = start_command };
	struct session *session = &run->session;
	int code;

	login_of_child = run->login;
	code = command_hold(&run->command, session->request->command, &start, session->result, session->err);
	if (code < 0)
		return code;
	session->main = run->command.child;
	run->has_tasks = true;
	audit_group_add(run->group, session->main);
	command_describe(session->main, session->result);
	return command_release(&run->command, session->err);
}

static int begin(struct run *run, const struct event_sink *sink)
{
	const struct record_request *request = run->session.request;
	int code;

	if (request->attach)
		return error_set(run->session.err, -EOPNOTSUPP, "the recorder 'audit' cannot tell a running process from others: "
				 "its login uid is not its own (hint: --recorder tracefs)");
	code = session_begin(&run->session);
	if (code == 0)
		code = begin_audit(run, sink);
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
		{ .fd = run->reader.fd, .events = POLLIN }, { .fd = audit_group_descriptor(run->group), .events = POLLIN },
	};
	struct session *session = &run->session;

	while (!is_over(run)) {
		uint64_t now;

		if (poll(descriptors, ARRAY_SIZE(descriptors), TURN_MS) > 0) {
			step(run);
			audit_group_step(run->group);
		}
		look_for_start(run);
		session_reap(session);
		session_turn(session);
		now = monotonic_ms();
		look_for_tasks(run, now);
		if (now >= run->next_rules_ms && session->code >= 0) {
			session->code = audit_group_install(run->group, run->setup.kernel, session->err);
			run->next_rules_ms = now + RULES_MS;
		}
	}
	return session->code;
}

/* All that was logged has been read when the record comes that is put behind it. */
static int read_to_end(struct run *run)
{
	struct pollfd descriptor = { .fd = run->reader.fd, .events = POLLIN };
	struct session *session = &run->session;
	uint64_t deadline = monotonic_ms() + AUDIT_END_MS;
	int code = audit_group_part(run->group, run->setup.kernel, session->err);

	while (code >= 0 && !audit_group_is_whole(run->group) && monotonic_ms() < deadline) {
		if (poll(&descriptor, 1, TURN_MS) > 0 && step(run))
			deadline = monotonic_ms() + AUDIT_END_MS;
		code = session->code;
	}
	return code;
}

static int finish(struct run *run)
{
	struct session *session = &run->session;
	bool whole;
	int code;

	look_for_start(run);
	if (!session->started && !(session->started = audit_group_has_begun(run->group)))
		return command_failure(&run->command, session->request->command, session->result, session->err);
	code = read_to_end(run);
	if (code >= 0)
		code = audit_group_end(run->group, run->setup.kernel, &run->reader, &whole, session->err);
	if (code < 0)
		return code;
	session_fill_status(session);
	session->result->complete = whole && !run->has_tasks;
	session->result->exhaustive = session->request->exhaustive;
	return session_end(session);
}

static int audit_run(const struct record_request *request, const struct event_sink *sink, struct record_result *ret, struct error *err)
{
	struct run run = {
		.session = { .request = request, .result = ret, .err = err, .host = &host },
		.command = COMMAND_NONE, .setup = AUDIT_SETUP_NONE, .reader = AUDIT_READER_NONE,
	};
	int code, ended;

	*ret = (struct record_result){ .exit_status = RECORD_STATUS_OWN_FAILURE };
	run.session.context = &run;
	code = begin(&run, sink);
	if (code == 0) {
		session_enter_loop(&run.session);
		code = loop(&run);
		session_leave_loop();
	}
	if (code == 0)
		code = finish(&run);
	ret->began = run.session.started;
	command_done(&run.command);
	ended = audit_setup_end(&run.setup, err);
	audit_reader_close(&run.reader);
	audit_group_free(run.group);
	return code < 0 ? code : ended;
}

const struct recorder audit_recorder = {
	.name = "audit",
	.summary = "has the kernel's audit tell of calls and files, without a stop; needs root",
	.probe = audit_setup_probe,
	.left_behind = audit_setup_left_behind,
	.run = audit_run,
};
