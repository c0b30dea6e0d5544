/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder `tracefs`: one command, or what it is attached to, in a tracing session of its own.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/command.h"
#include "record/recorders.h"
#include "record/tracefs.h"
#include "snug/clock.h"

#define TURN_MS 100	/* between two looks at what is around */
#define TICK_MS 1000	/* between two calls of request.tick */

struct run {
	const struct record_request *request;
	struct record_result *result;
	struct error *err;
	struct tracefs *tracefs;
	struct tracefs_group *group;
	struct held_command command;
	pid_t main;
	bool started, main_ended;
	int main_status;		/* raw, from waitpid(2) */
	uint64_t next_tick_ms;
};

static void on_start(void *context, pid_t pid)
{
	struct run *run = context;

	run->started = true;
	(void)pid;
}

static int begin(struct run *run, const struct event_sink *sink)
{
	const struct tracefs_group_options options = {
		.sink = *sink, .until_exec = !run->request->attach, .started = on_start, .context = run,
	};
	int code;

	if (run->request->attach || run->request->container || run->request->test_command)
		return error_set(run->err, -EOPNOTSUPP, "the recorder 'tracefs' records a command alone (hint: --recorder ptrace)");
	code = tracefs_open(&run->tracefs, run->err);
	if (code < 0)
		return code;
	run->group = tracefs_add_group(run->tracefs, &options);
	code = command_hold(&run->command, run->request->command, NULL, run->result, run->err);
	if (code < 0)
		return code;
	run->main = run->command.child;
	command_describe(run->main, run->result);
	code = tracefs_add_process(run->group, run->main, STAGE_PROGRAM, run->err);
	return code < 0 ? code : command_release(&run->command, run->err);
}

static void reap(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid != run->main)
			continue;
		run->main_ended = true;
		run->main_status = status;
	}
}

static bool is_over(const struct run *run)
{
	return run->main_ended && (run->request->until_main_exits || !tracefs_has_tasks(run->group));
}

static int loop(struct run *run)
{
	struct pollfd descriptor = { .fd = tracefs_descriptor(run->tracefs), .events = POLLIN };
	int code = 0;

	while (code >= 0 && !is_over(run)) {
		if (poll(&descriptor, 1, TURN_MS) > 0)
			code = tracefs_step(run->tracefs, run->err);
		reap(run);
		if (run->request->tick && monotonic_ms() >= run->next_tick_ms) {
			run->request->tick(run->request->tick_context);
			run->next_tick_ms = monotonic_ms() + TICK_MS;
		}
	}
	while (code > 0)
		code = tracefs_step(run->tracefs, run->err);
	return code;
}

static int finish(struct run *run, const struct event_sink *sink)
{
	struct event event = { .kind = EVENT_LIMIT, .limit = { "processes", tracefs_most_processes(run->group) } };
	bool rest = tracefs_has_tasks(run->group);
	bool whole;

	if (run->started && event.limit.value)
		sink->on_event(sink->context, &event);
	whole = tracefs_end_group(run->group);
	run->result->wait_status = run->main_status;
	run->result->began = run->started;
	if (!run->started)
		return command_failure(&run->command, run->request->command, run->result, run->err);
	run->result->exit_status = WIFSIGNALED(run->main_status) ? 128 + WTERMSIG(run->main_status)
								 : WEXITSTATUS(run->main_status);
	run->result->complete = whole && !rest;
	return 0;
}

static int tracefs_run(const struct record_request *request, const struct event_sink *sink,
		       struct record_result *ret, struct error *err)
{
	struct run run = { .request = request, .result = ret, .err = err, .command = COMMAND_NONE };
	int code;

	*ret = (struct record_result){ .exit_status = RECORD_STATUS_OWN_FAILURE };
	run.next_tick_ms = monotonic_ms() + TICK_MS;
	code = begin(&run, sink);
	if (code == 0)
		code = loop(&run);
	if (code == 0)
		code = finish(&run, sink);
	else if (run.group)
		tracefs_end_group(run.group);
	command_done(&run.command);
	tracefs_free(run.tracefs);
	return code;
}

const struct recorder tracefs_recorder = {
	.name = "tracefs",
	.summary = "lets the kernel's tracing tell of calls, without a stop; needs root",
	.probe = tracefs_probe,
	.run = tracefs_run,
};
