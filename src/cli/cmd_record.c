/* SPDX-License-Identifier: Apache-2.0 */
/* snug record: run a program, or attach to one, and write its trace. */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/minimize_caps.h"
#include "cli/oci_runtime.h"
#include "cli/recording.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/recorder.h"

#define DEFAULT_OUTPUT "snug.trace.json"
#define DEFAULT_RECORDER "auto"
#define CHECKPOINT_S 60		/* between two writings of the trace during a run */

static const struct command_option options[] = {
	{ "output", 'o', "FILE", "write the trace there (default: " DEFAULT_OUTPUT "; '-': standard output)" },
	{ "test", 't', "CMD", "the command is a server: run CMD by 'sh -c' beside it, unrecorded, end the server "
		"when CMD ends, and exit with CMD's status" },
	{ "ready", 0, "WHEN", "start the test when the server listens on 'tcp:PORT' or 'file:PATH' is there" },
	{ "ready-timeout", 0, "SECONDS", "wait so long for that (default: 60)" },
	{ "until-main-exits", 0, NULL, "stop when the command itself ends, not its last descendant" },
	{ "container", 0, NULL, "the command is a container runtime: record what the container does, and nothing before" },
	{ "pid", 'p', "PID", "attach to a running process, its threads and children; end by Ctrl-C" },
	{ "exhaustive", 0, NULL, "look at every call, also at what is known, so that every program is named: each call stops" },
	{ "fast-after", 0, "CALLS", "as an ordinary user: known calls of a process need not stop after so many (default: 500)" },
	{ "checkpoint", 0, "SECONDS", "also write the trace at this interval (default: 60; 0: only at the end)" },
	{ "allow-incomplete", 0, NULL, "do not exit with 124 when the trace is incomplete" },
	{ "minimize-caps", 0, NULL, "after a run that passed, run COMMAND again with fewer and fewer capabilities, and record "
		"which of them it passes without" },
	{ "minimize-runs", 0, "N", "stop that after so many runs (default: 32)" },
	{ "recorder", 0, "NAME", "use another recorder than " DEFAULT_RECORDER },
	{ NULL }
};

/* Commands that only ask another process to start the container: the client would be recorded, and not the container. */
#define INSIDE "record the program inside the container, or a bundle: snug record -- runc run -b BUNDLE ID"
static const struct {
	const char *name;
	const char *hint;	/* the line to type instead */
} clients[] = {
	{ "ctr", INSIDE },
	{ "docker", "sudo snug listen -- docker run --security-opt seccomp=.snug/record.json ..." },
	{ "docker-compose", "sudo snug listen -- docker-compose up" },
	{ "kubectl", INSIDE },
	{ "nerdctl", INSIDE },
	{ "oc", INSIDE },
	{ "podman", "sudo snug listen -- podman run --security-opt seccomp=.snug/record.json ..." },
	{ "podman-compose", INSIDE },
};

static bool is_one_of(const char *command, const char *const *names, size_t count)
{
	const char *slash = strrchr(command, '/');

	for (size_t i = 0; i < count; i++)
		if (strcmp(slash ? slash + 1 : command, names[i]) == 0)
			return true;
	return false;
}

static void checkpoint(void *recording)
{
	recording_checkpoint(recording);
}

static void begin_run(struct recording *recording, const struct record_request *request, const char *recorder)
{
	struct trace_run *run;

	recording_begin(recording, recorder);
	run = recording->run;
	run->runtime = request->container && request->command ? oci_runtime_version(request->command[0]) : NULL;
	for (size_t i = 0; request->command && request->command[i]; i++)
		text_add(&run->command, request->command[i], strlen(request->command[i]) + 1);
}

/* What the recorder saw of the command itself. */
static void complete_run(struct trace_run *run, const struct record_result *result)
{
	run->exit_status = result->exit_status;
	run->no_new_privs = result->no_new_privs;
	run->exhaustive = result->exhaustive;
	if (result->recorder) {
		free(run->recorder);
		run->recorder = xstrdup(result->recorder);
	}
	if (result->user[0]) {
		free(run->user);
		run->user = xstrdup(result->user);
	}
	run->bounding = result->bounding[0] ? xstrdup(result->bounding) : NULL;
}

/* Its own status first, then ours: env(1) for what failed before, timeout(1)'s 124 for what is missing after. */
static int report(const struct recording *recording, int status, int write_code, bool allow_incomplete)
{
	if (write_code < 0)
		return status ? status : RECORD_STATUS_OWN_FAILURE;
	if (recording->run->complete)
		return status;
	auto_free char *losses = recording_losses(recording);
	const char *hint = recording_remedy(recording);
	complain_text("the trace is incomplete: %s%s%s%s%s", losses[0] ? "lost " : "not all that was started has ended", losses,
		      hint ? " (hint: " : "", hint ? hint : "", hint ? ")" : "");
	return status == 0 && !allow_incomplete ? RECORD_STATUS_INCOMPLETE : status;
}

/* Only a command that passed can be seen to fail. */
static int minimize(struct recording *recording, const struct record_request *request,
		    const struct record_result *result)
{
	struct error err = ERROR_NONE;
	int code;

	if (request->minimize_runs == 0)
		return 0;
	if (result->exit_status != 0) {
		complain_text("the command failed while it was recorded: which capabilities it passes without was not tried");
		return 0;
	}
	code = minimize_capabilities(recording, request->command, request->minimize_runs, &err);
	if (code < 0)
		complain(&err);
	return code;
}

/* What the recorder has told goes into the trace's file. */
static int keep(struct recording *recording, const struct record_request *request, const struct record_result *result,
		bool allow_incomplete)
{
	struct error err = ERROR_NONE;
	int code, tried;

	complete_run(recording->run, result);
	recording_checkpoint(recording);
	tried = minimize(recording, request, result);
	code = recording_end(recording, result->complete, &err);
	if (code < 0)
		complain(&err);
	if (tried < 0 && result->exit_status == 0)
		return RECORD_STATUS_OWN_FAILURE;
	return report(recording, result->exit_status, code, allow_incomplete);
}

static int record(struct recording *recording, const struct recorder *recorder, struct record_request *request,
		  bool allow_incomplete)
{
	struct event_sink sink = recording_sink(recording);
	struct record_result result = { 0 };
	struct error err = ERROR_NONE;
	int status;

	request->tick = checkpoint;
	request->tick_context = recording;
	begin_run(recording, request, recorder->name);
	if (recorder->run(request, &sink, &result, &err) < 0)
		complain(&err);
	status = result.began ? keep(recording, request, &result, allow_incomplete) : result.exit_status;
	recorder_finish(&result);
	return status;
}

static int check_request(const struct invocation *invocation, const struct record_request *request, struct error *err)
{
	const char *command = request->command ? request->command[0] : NULL;

	if (request->attach < 0 || (option_value(invocation, "pid") && request->attach == 0))
		return error_set(err, -EINVAL, "'%s' is not a process id", option_value(invocation, "pid"));
	if (!command && !request->attach)
		return error_set(err, -EINVAL, "no command given (hint: snug record -- COMMAND)");
	if (command && request->attach)
		return error_set(err, -EINVAL, "both a command and --pid given: one of them is to be recorded");
	if (request->attach && request->test_command)
		return error_set(err, -EINVAL, "--test goes with a command that snug starts, not with --pid");
	if (request->ready && !request->test_command)
		return error_set(err, -EINVAL, "--ready says when a test may start, and there is no --test");
	if (request->minimize_runs && (request->attach || request->test_command || request->container))
		return error_set(err, -EINVAL, "--minimize-caps runs a command again that ends by itself: not with --pid, --test or "
				 "a container (hint: a script that starts the server, tests it and ends it)");
	for (size_t i = 0; command && i < ARRAY_SIZE(clients); i++) {
		if (!is_one_of(command, &clients[i].name, 1))
			continue;
		error_set(err, -EINVAL, "'%s' only asks a daemon to start the container: snug would record the client", command);
		return error_hint(err, "%s", clients[i].hint);
	}
	return 0;
}

static int read_request(const struct invocation *invocation, struct record_request *request, struct error *err)
{
	long timeout = option_number(invocation, "ready-timeout", 0);
	long runs = option_number(invocation, "minimize-runs", MINIMIZE_RUNS);

	*request = (struct record_request){
		.command = invocation->operand_count ? invocation->operands : NULL,
		.attach = (pid_t)option_number(invocation, "pid", 0),
		.until_main_exits = option_value(invocation, "until-main-exits"),
		.exhaustive = option_value(invocation, "exhaustive"),
		.fast_after = (unsigned int)option_number(invocation, "fast-after", 0),
		.test_command = option_value(invocation, "test"),
		.ready = option_value(invocation, "ready"),
		.ready_timeout_s = (unsigned int)timeout,
		.container = option_value(invocation, "container"),
		.minimize_runs = option_value(invocation, "minimize-caps") ? (size_t)runs : 0,
	};
	if (runs <= 0)
		return error_set(err, -EINVAL, "'%s' is not a number of runs", option_value(invocation, "minimize-runs"));
	if (timeout < 0 || option_number(invocation, "checkpoint", 0) < 0)
		return error_set(err, -EINVAL, "'%s' is not a number of seconds",
				 option_value(invocation, timeout < 0 ? "ready-timeout" : "checkpoint"));
	if (request->command && is_oci_runtime(request->command[0]))
		request->container = true;
	return check_request(invocation, request, err);
}

static int own_failure(const struct error *err)
{
	complain(err);
	return RECORD_STATUS_OWN_FAILURE;
}

static int unknown_recorder(const char *name)
{
	struct nearest nearest = { .given = name };

	for (size_t i = 0; recorder_at(i); i++)
		nearest_offer(&nearest, recorder_at(i)->name);
	complain_text("unknown recorder '%s' (hint: '%s')", name, nearest.name ? nearest.name : DEFAULT_RECORDER);
	return RECORD_STATUS_OWN_FAILURE;
}

static int run(struct invocation *invocation)
{
	const char *output = option_value(invocation, "output"), *name = option_value(invocation, "recorder");
	const struct recorder *recorder = recorder_find(name ? name : DEFAULT_RECORDER);
	struct recording recording = { .output = output ? output : DEFAULT_OUTPUT };
	struct record_request request;
	struct error err = ERROR_NONE;
	int status;

	if (!recorder)
		return unknown_recorder(name);
	if (read_request(invocation, &request, &err) < 0 || trace_file_check(recording.output, &err) < 0)
		return own_failure(&err);
	recording.interval_ms = (uint64_t)option_number(invocation, "checkpoint", CHECKPOINT_S) * 1000;
	status = record(&recording, recorder, &request, option_value(invocation, "allow-incomplete"));
	recording_done(&recording);
	return status;
}

const struct command command_record = {
	.name = "record",
	.usage = "[-o FILE] [--test CMD --ready WHEN] -- COMMAND [ARGUMENT...]",
	.summary = "run a program, or attach to one, and write its trace",
	.options = options,
	.run = run,
	.options_first = true,
};
