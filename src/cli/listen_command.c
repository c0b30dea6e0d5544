/* SPDX-License-Identifier: Apache-2.0 */
/* The command of `snug listen -- COMMAND`. */
#include "cli/listen_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "snug/recorder.h"

static __attribute__((noreturn)) void become_command(const struct listen_command *command)
{
	int code = invoker_become(command->invoker);

	if (code < 0) {
		complain_text("cannot become %s: %s", command->invoker->name, strerror(-code));
		_exit(RECORD_STATUS_OWN_FAILURE);
	}
	if (command->record && access(command->record, R_OK) < 0)
		complain_text("the command cannot read '%s': %s (hint: -o names another folder)", command->record,
			      strerror(errno));
	if (command->record)
		setenv("SNUG_RECORD", command->record, 1);
	setenv("SNUG_CAPABILITIES", command->capabilities ?: "", 1);
	if (command->compose_file)
		setenv("COMPOSE_FILE", command->compose_file, 1);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, command->mask, NULL);
	execvp(command->argv[0], command->argv);
	code = errno;
	complain_text("cannot run '%s': %s", command->argv[0], strerror(code));
	_exit(code == ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE);
}

int listen_command_start(struct listen_command *command, struct error *err)
{
	command->pid = fork();
	if (command->pid < 0) {
		command->pid = 0;
		return error_errno(err, -errno, "cannot start '%s'", command->argv[0]);
	}
	if (command->pid == 0)
		become_command(command);
	return 0;
}

bool listen_command_reap(struct listen_command *command)
{
	int status;

	if (command->pid <= 0 || waitpid(command->pid, &status, WNOHANG) <= 0)
		return false;
	command->pid = 0;
	command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

/* A key on the terminal reaches the whole foreground group, and a second SIGINT means "at once" to many programs. */
void listen_command_signal(const struct listen_command *command, const struct signalfd_siginfo *info)
{
	if (command->pid > 0 && info->ssi_code != SI_KERNEL)
		kill(command->pid, (int)info->ssi_signo);
}
