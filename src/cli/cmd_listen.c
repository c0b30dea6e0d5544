/* SPDX-License-Identifier: Apache-2.0 */
/* snug listen: record every container that runs under the record profile. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/groups.h"
#include "cli/listen_container.h"
#include "cli/listener_socket.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/listener.h"
#include "snug/memory.h"
#include "snug/recorder.h"

#define DEFAULT_FOLDER ".snug"
#define PROFILE_MAX (16u << 20)		/* bytes of a base profile */
#define TICK_MS 1000			/* how often checkpoints are thought of */

static const struct command_option options[] = {
	{ "output", 'o', "DIR", "write record.json and the traces there (default: " DEFAULT_FOLDER ")" },
	{ "socket", 's', "PATH", "where runtimes bring their descriptors (default: " LISTENER_ROOT_FOLDER "/listen.sock as root, else in "
	  "$XDG_RUNTIME_DIR)" },
	{ "base", 'b', "FILE", "a seccomp profile that decides what the container may do meanwhile (default: unconfined, as "
	  "under 'seccomp=unconfined')" },
	{ "allow-incomplete", 0, NULL, "do not exit with 124 when a trace is incomplete" },
	{ NULL }
};

struct listening {
	const char *folder;
	char *socket;			/* owned */
	struct filter *base;		/* owned; NULL = unconfined */
	struct listener *listener;	/* owned */
	struct listen_containers containers;
	pid_t command;			/* 0 = none, or it has ended */
	int command_status;		/* as a shell would see it */
	bool stop;
};

/* .snug/ is nobody's business but the tests': it ignores itself. */
static int make_folder(const char *folder, struct error *err)
{
	auto_free char *ignore = xasprintf("%s/.gitignore", folder);
	int code = file_make_folder(folder, err);

	return code < 0 ? code : file_write(ignore, "*\n", 2, err);
}

static int write_record_profile(const struct listening *listening, struct error *err)
{
	auto_free char *path = xasprintf("%s/record.json", listening->folder);
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;

	record_profile(&profile, listening->socket, NULL);
	return file_write(path, profile.data, profile.length, err);
}

static int read_base(struct listening *listening, const char *path, struct error *err)
{
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;
	int code;

	if (!path || strcmp(path, "unconfined") == 0)
		return 0;
	code = file_read(path, PROFILE_MAX, &profile, err);
	if (code == 0)
		code = filter_from_profile(&listening->base, text_cstr(&profile), profile.length, path, err);
	listening->containers.base = listening->base;
	return code;
}

static int prepare(struct listening *listening, const struct invocation *invocation, struct error *err)
{
	const struct listener_hooks hooks = containers_hooks(&listening->containers);
	const char *folder = option_value(invocation, "output"), *socket = option_value(invocation, "socket");
	int code;

	listening->folder = folder ? folder : DEFAULT_FOLDER;
	listening->containers.folder = listening->folder;
	listening->socket = socket ? xstrdup(socket) : listener_default_socket();
	if (!socket && geteuid() == 0 && (code = file_make_folder(LISTENER_ROOT_FOLDER, err)) < 0)
		return code;
	if ((code = read_base(listening, option_value(invocation, "base"), err)) < 0 ||
	    (code = make_folder(listening->folder, err)) < 0 ||
	    (code = listener_new(&listening->listener, listening->socket, &hooks, err)) < 0)
		return code;
	return write_record_profile(listening, err);
}

/* Under sudo the command is still the person's: their files, their engine's rights. */
static void become_invoker(void)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID"), *user = getenv("SUDO_USER");

	if (geteuid() != 0 || !uid || !gid || !user)
		return;
	if (take_groups(user, (gid_t)strtoul(gid, NULL, 10)) < 0 || setgid((gid_t)strtoul(gid, NULL, 10)) < 0 ||
	    setuid((uid_t)strtoul(uid, NULL, 10)) < 0)
		_exit(RECORD_STATUS_OWN_FAILURE);
}

static int start_command(struct listening *listening, char *const *command, const sigset_t *before, struct error *err)
{
	auto_free char *profile = xasprintf("%s/record.json", listening->folder);
	auto_free char *absolute = realpath(profile, NULL);

	listening->command = fork();
	if (listening->command < 0)
		return error_errno(err, -errno, "cannot start '%s'", command[0]);
	if (listening->command > 0)
		return 0;
	sigprocmask(SIG_SETMASK, before, NULL);
	become_invoker();
	setenv("SNUG_RECORD", absolute ? absolute : profile, 1);
	execvp(command[0], command);
	complain_text("cannot run '%s': %s", command[0], strerror(errno));
	_exit(errno == ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE);
}

static void reap(struct listening *listening)
{
	int status;

	if (listening->command <= 0 || waitpid(listening->command, &status, WNOHANG) <= 0)
		return;
	listening->command = 0;
	listening->command_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The first signal ends the command, or without one the listener; containers that still run are then told of. */
static void handle_signal(struct listening *listening, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		reap(listening);
		return;
	}
	if (listening->command > 0)
		kill(listening->command, (int)info.ssi_signo);
	else
		listening->stop = true;
}

static bool is_over(const struct listening *listening, bool with_command)
{
	if (listening->stop)
		return true;
	return with_command && listening->command == 0 && listener_container_count(listening->listener) == 0;
}

static int serve(struct listening *listening, int signal_fd, bool with_command, struct error *err)
{
	struct pollfd ready[] = {
		{ .fd = listener_descriptor(listening->listener), .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	int code = 0;

	while (code == 0 && !is_over(listening, with_command)) {
		if (poll(ready, ARRAY_SIZE(ready), TICK_MS) < 0 && errno != EINTR)
			return error_errno(err, -errno, "cannot wait for calls");
		if (ready[0].revents)
			code = listener_step(listening->listener);
		if (ready[1].revents)
			handle_signal(listening, signal_fd);
		containers_checkpoint(&listening->containers);
	}
	return code < 0 ? error_errno(err, code, "cannot keep what a container does") : 0;
}

static int final_status(const struct listening *listening, bool with_command, bool allow_incomplete)
{
	if (with_command && listening->containers.ended == 0)
		complain_text("no container was recorded (hint: start them with --security-opt seccomp=%s/record.json)",
			      listening->folder);
	if (listening->command_status)
		return listening->command_status;
	return listening->containers.incomplete && !allow_incomplete ? RECORD_STATUS_INCOMPLETE : STATUS_FINE;
}

static void listening_done(struct listening *listening)
{
	if (listening->containers.running)
		complain_text("a container still runs: its calls will fail now with 'function not implemented'");
	listener_free(listening->listener);
	filter_free(listening->base);
	free(listening->socket);
}

static int own_failure(struct listening *listening, const struct error *err)
{
	complain(err);
	listening_done(listening);
	return RECORD_STATUS_OWN_FAILURE;
}

static int run(struct invocation *invocation)
{
	struct listening listening = { 0 };
	bool with_command = invocation->operand_count > 0;
	struct error err = ERROR_NONE;
	sigset_t handled, before;

	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	sigaddset(&handled, SIGINT);
	sigaddset(&handled, SIGTERM);
	sigaddset(&handled, SIGHUP);
	sigprocmask(SIG_BLOCK, &handled, &before);
	auto_close int signal_fd = signalfd(-1, &handled, SFD_CLOEXEC);
	if (prepare(&listening, invocation, &err) < 0)
		return own_failure(&listening, &err);
	if (!with_command)
		complain_text("listening; start containers with --security-opt seccomp=%s/record.json, end by Ctrl-C",
			      listening.folder);
	if ((with_command && start_command(&listening, invocation->operands, &before, &err) < 0) ||
	    serve(&listening, signal_fd, with_command, &err) < 0)
		return own_failure(&listening, &err);
	listening_done(&listening);
	return final_status(&listening, with_command, option_value(invocation, "allow-incomplete"));
}

const struct command command_listen = {
	.name = "listen",
	.usage = "[-o DIR] [-- COMMAND [ARGUMENT...]]",
	.summary = "record every container that runs under the record profile",
	.options = options,
	.run = run,
	.options_first = true,
};
