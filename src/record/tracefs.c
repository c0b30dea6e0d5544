/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder `tracefs`: one command, or what it is attached to, in a tracing session of its own.
 *
 * Nothing stops, so that the command may be long gone when its last records are read: its end is what waitpid(2) says,
 * the recording's end is that of its last task in the records.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "record/command.h"
#include "record/recorders.h"
#include "record/session.h"
#include "record/tracefs.h"

#define TURN_MS 100	/* most between two looks around */

struct run {
	struct session session;
	const struct event_sink *sink;
	struct tracefs *tracefs;
	struct tracefs_group *group;
	struct held_command command;
};

static bool find_process(void *context, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	const struct run *run = context;

	return tracefs_find_process(run->group, is_it, what);
}

static bool has_tasks(const void *context)
{
	const struct run *run = context;

	return tracefs_has_tasks(run->group);
}

static bool has_ended(const void *context)
{
	return !has_tasks(context);
}

static const struct session_host host = { find_process, has_tasks, has_ended };

static void on_start(void *context, pid_t pid)
{
	struct run *run = context;

	(void)pid;
	run->session.started = true;
}

static int begin_session(struct run *run, bool attach)
{
	const struct tracefs_group_options options = {
		.sink = *run->sink, .until_exec = !attach, .started = on_start, .context = run,
	};
	int code = tracefs_open(&run->tracefs, false, run->session.err);

	if (code < 0)
		return code;
	tracefs_tell_paths(run->tracefs);
	run->group = tracefs_add_group(run->tracefs, &options);
	return 0;
}

static int launch(struct run *run)
{
	const struct command_start start = { .tracefs = run->tracefs };
	struct session *session = &run->session;
	int code = command_hold(&run->command, session->request->command, &start, session->result, session->err);

	if (code < 0)
		return code;
	session->main = run->command.child;
	command_describe(session->main, session->result);
	tracefs_expects(run->group, run->command.program);
	code = tracefs_add_process(run->group, session->main, STAGE_PROGRAM, session->err);
	return code < 0 ? code : command_release(&run->command, session->err);
}

static int attach(struct run *run)
{
	const struct event attached = { .kind = EVENT_NOTE, .note = session_attached };
	const struct event lost = { .kind = EVENT_LOST, .lost = { "before-attach", UINT64_MAX } };
	struct session *session = &run->session;
	int code = tracefs_attach(run->group, session->request->attach, session->err);

	if (code == 0)
		return error_set(session->err, -ESRCH, "there is no process %d", (int)session->request->attach);
	if (code < 0)
		return code;
	session->main = session->request->attach;
	session->started = true;
	command_describe(session->main, session->result);
	code = run->sink->on_event(run->sink->context, &attached);
	if (code == 0)
		code = run->sink->on_event(run->sink->context, &lost);
	return code;
}

static int begin(struct run *run)
{
	const struct record_request *request = run->session.request;
	int code;

	if (request->container)
		return error_set(run->session.err, -EOPNOTSUPP, "the recorder 'tracefs' does not follow a container runtime"
				 " (hint: --recorder ptrace, or 'snug listen')");
	code = session_begin(&run->session);
	if (code == 0)
		code = begin_session(run, request->attach);
	if (code == 0)
		code = request->attach ? attach(run) : launch(run);
	return code;
}

static bool is_over(const struct run *run)
{
	const struct session *session = &run->session;
	bool ended = session->main_ended || session->request->attach;

	return session->stop || session->code < 0 || (ended && !session->test && !tracefs_has_tasks(run->group));
}

static int loop(struct run *run)
{
	struct pollfd descriptor = { .fd = tracefs_descriptor(run->tracefs), .events = POLLIN };
	struct session *session = &run->session;
	bool looked = false;	/* since the command has ended: its last records are there */
	int code = 0;

	while (code >= 0 && !is_over(run)) {
		bool due = session->main_ended && !looked;

		if (poll(&descriptor, 1, due ? 0 : TURN_MS) > 0 || due)
			code = tracefs_step(run->tracefs, session->err);
		looked |= due;
		session_reap(session);
		session_turn(session);
	}
	while (code > 0)
		code = tracefs_step(run->tracefs, session->err);
	return code < 0 ? code : session->code;
}

static void send_limit(const struct run *run, const char *name, uint64_t value)
{
	const struct event event = { .kind = EVENT_LIMIT, .limit = { name, value } };

	run->sink->on_event(run->sink->context, &event);
}

static int finish(struct run *run)
{
	struct session *session = &run->session;
	bool rest = tracefs_has_tasks(run->group);

	if (!session->started)
		return command_failure(&run->command, session->request->command, session->result, session->err);
	send_limit(run, "processes", tracefs_most_processes(run->group));
	session_fill_status(session);
	session->result->complete = tracefs_end_group(run->group) && !rest && !session->request->attach;
	run->group = NULL;
	return session_end(session);
}

static int tracefs_run(const struct record_request *request, const struct event_sink *sink,
		       struct record_result *ret, struct error *err)
{
	struct run run = {
		.session = { .request = request, .result = ret, .err = err, .host = &host }, .sink = sink,
		.command = COMMAND_NONE,
	};
	int code;

	*ret = (struct record_result){ .exit_status = RECORD_STATUS_OWN_FAILURE };
	run.session.context = &run;
	code = begin(&run);
	if (code == 0) {
		session_enter_loop(&run.session);
		code = loop(&run);
		session_leave_loop();
	}
	if (code == 0)
		code = finish(&run);
	ret->began = run.session.started;
	if (run.group)
		tracefs_end_group(run.group);
	command_done(&run.command);
	ret->removal = tracefs_free_begin(run.tracefs);
	return code;
}

const struct recorder tracefs_recorder = {
	.name = "tracefs",
	.summary = "lets the kernel's tracing tell of calls and capabilities, without a stop; needs root",
	.probe = tracefs_probe,
	.run = tracefs_run,
};
