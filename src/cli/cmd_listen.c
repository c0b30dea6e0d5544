/* SPDX-License-Identifier: Apache-2.0 */
/* snug listen: record every container that runs under the record profile. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/compose.h"
#include "cli/engine_client.h"
#include "cli/folder_owner.h"
#include "cli/host_path.h"
#include "cli/invoker.h"
#include "cli/listen_check.h"
#include "cli/listen_command.h"
#include "cli/listen_container.h"
#include "cli/listen_detach.h"
#include "cli/listen_minimize.h"
#include "cli/listen_options.h"
#include "cli/listen_serve.h"
#include "cli/listen_state.h"
#include "cli/listener_socket.h"
#include "cli/minimize_caps.h"
#include "cli/service.h"
#include "cli/shell_word.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/listener.h"
#include "snug/memory.h"
#include "snug/recorder.h"
#include "snug/text.h"

static const struct command_option options[] = {
	{ "output", 'o', "DIR", "write record.json and the traces there (default: " RECORDINGS_FOLDER ")" },
	{ "socket", 's', "PATH", "where runtimes bring their descriptors (default: " LISTENER_ROOT_FOLDER "/listen.sock as root, "
	  "else snug/listen.sock in $XDG_RUNTIME_DIR)" },
	{ "base", 'b', "PROFILE", "what containers may do meanwhile: 'default' (Docker's own profile for the capabilities that "
	  "each has), 'unconfined', or a file with a profile" },
	{ "detach", 'd', NULL, "go into the background when ready; 'snug stop' ends it" },
	{ "check", 0, NULL, "tell in the end what the committed profiles in " SERVICES_FOLDER "/ would refuse" },
	{ "minimize-caps", 0, NULL, "after COMMAND passed, run it again with containers of fewer and fewer capabilities, and record which "
		"of them it passes without" },
	{ "minimize-runs", 0, "N", "stop that after so many runs (default: 32)" },
	{ "no-notify", 0, NULL, "hold no call: let the kernel's tracing alone tell what containers do; needs root, and tells no paths" },
	{ "recorder", 0, "NAME", "'notify', or 'audit': hold no call, let the kernel's audit tell of containers that the runtime of "
		"'snug setup' starts; needs root" },
	{ "container", 'c', "ID", "with '--recorder audit': record this container, which runs already under an AppArmor profile of its own" },
	{ "no-compose", 0, NULL, "leave a compose project as it is" },
	{ "allow-incomplete", 0, NULL, "do not exit with 124 when a trace is incomplete" },
	{ NULL }
};

/* .snug/ is nobody's business but the tests': mode 0700, the person's own under sudo, and it ignores itself.
 * A folder that was there stays as it is. */
static int make_folder(const struct listening *listening, struct error *err)
{
	auto_free char *ignore = xasprintf("%s/.gitignore", listening->folder);
	bool is_new = access(listening->folder, F_OK) < 0;
	int code = file_make_folder(listening->folder, err);

	if (code == 0 && is_new && chmod(listening->folder, 0700) < 0)
		code = error_errno(err, -errno, "cannot make '%s' private", listening->folder);
	if (code == 0 && is_new)
		code = invoker_own_folder(&listening->invoker, listening->folder, err);
	return code < 0 || !is_new ? code : file_write(ignore, "*\n", 2, err);
}

static char *absolute_path(const char *path)
{
	auto_free char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);

	return here ? xasprintf("%s/%s", here, path) : xstrdup(path);
}

/* Runtimes resolve the path where they run: it is absolute. */
static int choose_socket(struct listening *listening, const char *given, struct error *err)
{
	listening->socket = given ? absolute_path(given) : listener_default_socket();
	return given ? 0 : listener_make_folder(listening->socket, err);
}

/* The base itself confines, where nobody judges. */
static int write_traced_profile(const struct listening *listening, struct text *out, const char *socket, struct error *err)
{
	CLEANUP(text_done) struct text base = TEXT_EMPTY;
	int code = listen_base_profile(listening->base, &base, err);

	return code < 0 ? code : record_profile_traced(out, &(struct record_profile_options){ .socket = socket },
						       base.length ? base.data : NULL, err);
}

static bool base_allows(const void *base, const char *call)
{
	return listen_base_always_allows(base, call);
}

/* What is beside the notifications, or in place of them. */
static int open_tracing(struct listening *listening, struct error *err)
{
	int code;

	if (listening->containers.audited)
		return listener_audit_all(listening->listener, err);
	if (!listening->containers.traced) {
		listener_trace_checks(listening->listener);
		if (!listening->notifies_all)
			listener_trace_calls(listening->listener, base_allows, listening->base);
		return 0;
	}
	code = geteuid() == 0 ? listener_trace_all(listening->listener, err)
			      : error_set(err, -EPERM, "--no-notify needs root: the kernel's tracing is for nobody else"
					  " (hint: sudo, or leave it out)");
	return code < 0 ? error_wrap(err, "cannot record without notifications") : 0;
}

static int write_record_profile(struct listening *listening, struct error *err)
{
	auto_free char *path = xasprintf("%s/record.json", listening->folder);
	/* The way to the socket may be guarded by ourselves: it is not walked. */
	const char *way = listener_profile_path(listening->listener) + strlen(listening->socket);
	auto_free char *outside = host_path(listening->socket);
	const char *socket = listening->named = xasprintf("%s%s", outside, way);
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;
	int code = 0;

	/* For whichever runtime: a flag that one does not know keeps its containers from starting. */
	if (listening->containers.traced)
		code = write_traced_profile(listening, &profile, socket, err);
	else
		record_profile(&profile, &(struct record_profile_options){ .socket = socket, .listener = listening->listener });
	if (code == 0)
		code = file_write(path, profile.data, profile.length, err);
	if (code < 0)
		return code;
	listening->record = realpath(path, NULL);
	listening->command.record = listening->record;
	return listening->record ? 0 : error_errno(err, -errno, "cannot find '%s'", path);
}

static int read_minimize(struct listening *listening, const struct invocation *invocation, struct error *err)
{
	long runs = option_number(invocation, "minimize-runs", MINIMIZE_RUNS);

	if (!option_value(invocation, "minimize-caps"))
		return 0;
	if (runs <= 0)
		return error_set(err, -EINVAL, "'%s' is not a number of runs", option_value(invocation, "minimize-runs"));
	if (!listening->command.argv) {
		error_set(err, -EINVAL, "--minimize-caps runs a command again, and none is given");
		return error_hint(err, "snug listen --minimize-caps -- COMMAND");
	}
	listening->minimize = (struct listen_minimize){
		.folder = listening->folder, .runs = (size_t)runs,
	};
	return listen_minimize_begin(&listening->minimize, err);
}

static int read_recorder(struct listening *listening, const struct invocation *invocation, struct error *err)
{
	static const char *const others[] = { "no-notify", "base", "minimize-caps" };
	const char *name = option_value(invocation, "recorder");

	listening->containers.traced = option_value(invocation, "no-notify");
	if (option_value(invocation, "container") && (!name || strcmp(name, "audit") != 0)) {
		error_set(err, -EINVAL, "--container goes with --recorder audit only: nothing else can join a container that runs already");
		return error_hint(err, "start it anew, and it needs no --container");
	}
	listening->notifies_all = name && strcmp(name, "notify") == 0;
	if (!name || listening->notifies_all)
		return 0;
	if (strcmp(name, "audit") != 0)
		return error_set(err, -EINVAL, "containers are not recorded by '%s' (hint: 'notify' or 'audit'; --no-notify is by tracing)",
				 name);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (option_value(invocation, others[i]))
			return error_set(err, -EINVAL, "--%s does not go with --recorder audit", others[i]);
	listening->containers.audited = true;
	listening->running = option_value(invocation, "container");
	return 0;
}

static int prepare(struct listening *listening, const struct invocation *invocation, struct error *err)
{
	const char *folder = option_value(invocation, "output");
	int code;

	listening->folder = folder ? folder : RECORDINGS_FOLDER;
	if ((code = read_recorder(listening, invocation, err)) < 0 ||
	    (code = read_minimize(listening, invocation, err)) < 0 ||
	    (code = invoker_find(&listening->invoker, err)) < 0 ||
	    (code = listen_base_new(&listening->base, option_value(invocation, "base"), err)) < 0 ||
	    (code = containers_open(&listening->containers, listening->folder, listening->base, err)) < 0 ||
	    (code = make_folder(listening, err)) < 0 ||
	    (code = folder_owner_find(&listening->owner, listening->folder, err)) < 0 ||
	    (code = listen_lock(listening->folder, &listening->lock_fd, err)) < 0 ||
	    (code = choose_socket(listening, option_value(invocation, "socket"), err)) < 0 ||
	    (code = listening_open(listening, err)) < 0 ||
	    (code = open_tracing(listening, err)) < 0)
		return code;
	listening->containers.owner = &listening->owner;
	if (option_value(invocation, "check"))
		listen_check_begin(&listening->check, listening->folder);
	return listening->containers.audited ? 0 : write_record_profile(listening, err);
}

/* None was recorded: how one is. */
static void tell_of_none(const struct listening *listening)
{
	if (listening->containers.audited)
		complain_text("no container was recorded (hint: start them with --runtime " ENGINE_SNUG_RUNTIME ", which 'snug setup' "
			      "registers; without it, 'snug listen' by notify, or with --no-notify)");
	else
		complain_text("no container was recorded (hint: start them with --security-opt seccomp=%s%s)", listening->record,
			      listening->invoker.is_other ? "; those of a rootless engine, without sudo" : "");
}

static int final_status(const struct listening *listening, enum status checked, bool allow_incomplete)
{
	const struct listen_seen *seen = listening->containers.seen;

	if (listening->command.argv && seen->ended == 0 && seen->hidden == 0)
		tell_of_none(listening);
	if (listening->command.status)
		return listening->command.status;
	if (seen->hidden || checked == STATUS_TROUBLE)
		return RECORD_STATUS_OWN_FAILURE;
	if (checked == STATUS_NO)
		return STATUS_NO;
	return (seen->incomplete || listening->lost) && !allow_incomplete ? RECORD_STATUS_INCOMPLETE : STATUS_FINE;
}

/* Recording leaves nothing armed that was not told of: such a container starts no more, or fails, without a listener. */
static void tell_of_armed(const struct listening *listening)
{
	struct armed_containers armed;

	armed_containers_find(&armed, listening->named, listening->record);
	for (size_t i = 0; i < armed.count; i++)
		complain_text("container %s still has the record profile, and needs a listener to start; re-create it: %s",
			      armed.items[i].name, armed.items[i].command);
	armed_containers_done(&armed);
}

static void listening_done(struct listening *listening)
{
	listening_close(listening);
	containers_close(&listening->containers);
	listen_check_done(&listening->check);
	listen_minimize_done(&listening->minimize);
	listen_base_free(listening->base);
	invoker_done(&listening->invoker);
	free(listening->socket);
	free(listening->named);
	free(listening->record);
	compose_done(&listening->compose);
	closep(&listening->lock_fd);
	closep(&listening->signal_fd);
}

/* Engines before Docker 23 need another way than the profile. Returns the runtime that is it, NULL = none is needed, or there. */
static const char *other_way(void)
{
	struct docker_engine engine = docker_engine_ask();

	if (!engine.drops_listener || engine.snug_is_default)
		return NULL;
	if (engine.has_snug_runtime) {
		complain_text("Docker %s passes no listener on: start its containers with --runtime " ENGINE_SNUG_RUNTIME
			      " instead of the record profile", engine.version);
		return ENGINE_SNUG_RUNTIME;
	}
	complain_text("Docker %s passes no listener on, and starts no container under the record profile (hint: 'snug setup docker', "
		      "then --runtime " ENGINE_SNUG_RUNTIME ")", engine.version);
	return NULL;
}

/* What there is to be recorded, and whether it can be. */
static void look_around(struct listening *listening, const struct invocation *invocation)
{
	if (listening->containers.audited)	/* a runtime is an engine's business, or the project's own */
		return;
	listening->project = (struct compose_request){ .folder = listening->folder, .record = listening->record,
						       .runtime = other_way(), .invoker = &listening->invoker };
	if (!option_value(invocation, "no-compose"))
		compose_prepare(&listening->compose, &listening->project);
	listening->command.compose_file = listening->compose.files;
}

static char *export_line(const char *name, const char *value)
{
	struct text line = TEXT_EMPTY;

	text_printf(&line, "export %s=", name);
	shell_word(&line, value);
	return text_steal(&line);
}

/* Ready: how to go on. Into the background now, if so asked. */
static int announce(struct listening *listening, int *word_fd, struct error *err)
{
	auto_free char *record = listening->record ? export_line("SNUG_RECORD", listening->record) : NULL;
	auto_free char *how = record ? xasprintf("--security-opt seccomp=%s", listening->record) : xstrdup("--runtime " ENGINE_SNUG_RUNTIME);
	auto_free char *compose = listening->compose.files ? export_line("COMPOSE_FILE", listening->compose.files) : NULL;
	int code;

	if (listening->command.argv)
		return 0;
	if (*word_fd < 0) {
		if (compose)
			complain_text("for compose: %s", compose);
		complain_text("listening; start containers with %s, end by Ctrl-C", how);
		return 0;
	}
	complain_text("listening, process %d; start containers with %s, end by 'snug stop -o %s'", getpid(), how, listening->folder);
	if (record)
		puts(record);
	if (compose)
		puts(compose);
	code = listen_to_log(listening->folder, err);
	if (code == 0)
		listen_detach_ready(word_fd);
	return code;
}

/* --- which capabilities it passes without ----------------------------------------------- */

/* What the run that has just ended is worth. */
static int judge_trial(const struct listening *listening, struct error *err)
{
	const struct listen_seen *seen = listening->containers.seen;
	int status = listening->command.status;

	if (listening->now || status == 128 + SIGINT || status == 128 + SIGTERM)
		return error_set(err, -EINTR, "the command was ended: which capabilities it passes without is not known");
	if (seen->tried == 0)
		return error_set(err, -ENOENT, "the command started no container this time");
	if (seen->beyond[0]) {
		error_set(err, -EPERM, "container %s was given other capabilities than it was to be tried with", seen->beyond);
		return error_hint(err, "the command has to hand $SNUG_CAPABILITIES on: docker run $SNUG_CAPABILITIES ...");
	}
	return status == 0;
}

static int try_again(void *context, uint64_t set, struct error *err)
{
	struct listening *listening = context;
	CLEANUP(text_done) struct text limit = TEXT_EMPTY;
	int code;

	listen_minimize_options(&limit, set);
	listening->command.capabilities = text_cstr(&limit);
	listening->containers.limit = set;
	listening->containers.seen->tried = 0;
	listening->containers.seen->beyond[0] = '\0';
	if ((code = compose_limit(&listening->compose, &listening->project, set, err)) == 0 &&
	    (code = listening_open(listening, err)) == 0 && (code = listening_start(listening, err)) == 0)
		code = listening_serve(listening, err);
	listening_close(listening);
	listening->command.capabilities = NULL;
	return code < 0 ? code : judge_trial(listening, err);
}

/* The traces are written. Returns a negative errno where it could not be tried. */
static int minimize(struct listening *listening, struct error *err)
{
	int status = listening->command.status, code, restored;

	if (listening->minimize.runs == 0)
		return 0;
	if (status != 0 || listening->lost || listening->now) {
		complain_text("which capabilities it passes without was not tried: that needs a command that passes");
		return 0;
	}
	listening->containers.is_trial = true;
	listening->minimize.passes = try_again;
	listening->minimize.context = listening;
	code = listen_minimize(&listening->minimize, err);
	listening->command.status = status;
	restored = compose_limit(&listening->compose, &listening->project, UINT64_MAX, code < 0 ? NULL : err);
	return code < 0 ? code : restored;
}

static int listen_and_serve(struct listening *listening, const struct invocation *invocation, int *word_fd)
{
	struct error err = ERROR_NONE;
	enum status checked = STATUS_FINE;
	int status, tried, code = prepare(listening, invocation, &err);

	if (code == 0)
		look_around(listening, invocation);
	if (code < 0 || announce(listening, word_fd, &err) < 0 ||
	    listening_start(listening, &err) < 0 || listening_serve(listening, &err) < 0) {
		complain(&err);
		listening_close(listening);
		return RECORD_STATUS_OWN_FAILURE;
	}
	listening_close(listening);
	tried = minimize(listening, &err);
	if (tried < 0)
		complain(&err);
	err = (struct error)ERROR_NONE;
	if (!listening->containers.audited)
		tell_of_armed(listening);
	if (listening->check.folder && !listening->lost)
		checked = listen_check_end(&listening->check);
	status = final_status(listening, checked, option_value(invocation, "allow-incomplete"));
	if (status == STATUS_FINE && tried < 0)
		status = RECORD_STATUS_OWN_FAILURE;
	/* Traces were given up since the disk hangs: without a status the listener counts as killed, which is 124, too. */
	if (!listening->lost && listen_status_write(listening->folder, status, &err) < 0)
		complain(&err);
	return status;
}

/* Signals arrive where calls do. A reader of our messages who leaves is no reason to leave the containers alone. */
static int take_signals(sigset_t *ret_before)
{
	static const int handled[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, LISTEN_STOP, LISTEN_STOP_NOW };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(handled); i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_BLOCK, &set, ret_before);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct invocation *invocation)
{
	struct listening listening = { .lock_fd = -1, .signal_fd = -1, .containers.engines_fd = -1 };
	bool with_command = invocation->operand_count > 0;
	auto_close int word_fd = -1;
	sigset_t before;
	int status;

	if (option_value(invocation, "detach")) {
		if (with_command) {
			complain_text("listen: --detach returns when ready, and runs no command (hint: leave one of them out)");
			return RECORD_STATUS_OWN_FAILURE;
		}
		if (!listen_detach(&word_fd, &status))
			return status;
	}
	listening.signal_fd = take_signals(&before);
	listening.command = (struct listen_command){ .argv = with_command ? invocation->operands : NULL,
						     .invoker = &listening.invoker, .mask = &before };
	status = listen_and_serve(&listening, invocation, &word_fd);
	listening_done(&listening);
	return status;
}

const struct command command_listen = {
	.name = "listen",
	.usage = "[-o DIR] [--detach | -- COMMAND [ARGUMENT...]]",
	.summary = "record every container that runs under the record profile",
	.options = options,
	.run = run,
	.options_first = true,
};
