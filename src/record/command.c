/* SPDX-License-Identifier: Apache-2.0 */
/* A command that waits until its recorder is ready; see command.h. */
#include "record/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

/* What execvp(3) does with a file that the kernel does not recognise. */
static void execute_by_shell(const char *program, char *const *command)
{
	size_t count = 0;

	while (command[count])
		count++;
	char **shell = xcalloc(count + 2, sizeof(*shell));
	shell[0] = (char *)"/bin/sh";
	shell[1] = (char *)program;
	for (size_t i = 1; i < count; i++)
		shell[i + 1] = command[i];
	execve(shell[0], shell, environ);
}

#define OWN_FIRST 32			/* of the signals between the kernel's and SIGRTMIN, nptl(7) */
#define OWN_MAX 8
#define KERNEL_ACTION_SIZE 64		/* of struct sigaction as the kernel has it, at most */
#define KERNEL_SET_SIZE (64 / 8)	/* _NSIG / 8, include/uapi/asm-generic/signal.h */

/* As the kernel gave them to us; sigaction(2) of libc refuses these numbers. */
static struct {
	bool known;
	unsigned char actions[OWN_MAX][KERNEL_ACTION_SIZE];
	uint64_t blocked;
} inherited;

static int own_count(void)
{
	return SIGRTMIN - OWN_FIRST < OWN_MAX ? SIGRTMIN - OWN_FIRST : OWN_MAX;
}

void command_remember_signals(void)
{
	if (inherited.known)
		return;
	inherited.known = syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &inherited.blocked, KERNEL_SET_SIZE) == 0;
	for (int i = 0; i < own_count() && inherited.known; i++)
		inherited.known = syscall(SYS_rt_sigaction, OWN_FIRST + i, NULL, inherited.actions[i], KERNEL_SET_SIZE) == 0;
}

static void restore_signals(void)
{
	const uint64_t own = (((uint64_t)1 << own_count()) - 1) << (OWN_FIRST - 1);
	const uint64_t blocked = inherited.blocked & own;

	if (!inherited.known)
		return;
	for (int i = 0; i < own_count(); i++)
		syscall(SYS_rt_sigaction, OWN_FIRST + i, inherited.actions[i], NULL, KERNEL_SET_SIZE);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked, NULL, KERNEL_SET_SIZE);
}

struct launch {
	const char *program;
	char *const *command;
	int go[2], report[2];		/* pipes */
	struct sigaction child_action;	/* what the command is to inherit for SIGCHLD */
	void (*prepare)(void);
};

static void run_child(void *context)
{
	const struct launch *launch = context;
	char byte;
	int code;

	close(launch->go[1]);
	if (read(launch->go[0], &byte, 1) != 1)
		_exit(RECORD_STATUS_OWN_FAILURE);
	sigaction(SIGCHLD, &launch->child_action, NULL);
	restore_signals();
	if (launch->prepare)
		launch->prepare();
	execve(launch->program, launch->command, environ);
	if (errno == ENOEXEC)
		execute_by_shell(launch->program, launch->command);
	code = errno;
	if (write(launch->report[1], &code, sizeof(code)) < 0)
		_exit(RECORD_STATUS_OWN_FAILURE);
	_exit(RECORD_STATUS_NOT_EXECUTABLE);
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* As execvp(3) searches, but here and not in the child, whose failed tries would be recorded. */
static int find_program(const char *name, char **ret)
{
	const char *path = getenv("PATH");
	auto_free char *list = xstrdup(path ? path : "/bin:/usr/bin");
	bool refused = false;

	if (strchr(name, '/')) {
		*ret = xstrdup(name);
		return 0;
	}
	for (char *folder = list, *end; *name && folder; folder = end) {
		end = strchr(folder, ':');
		if (end)
			*end++ = '\0';
		auto_free char *candidate = xasprintf("%s%s%s", folder, *folder ? "/" : "", name);
		if (is_program(candidate)) {
			*ret = steal_ptr(candidate);
			return 0;
		}
		refused |= access(candidate, F_OK) == 0;
	}
	return refused ? -EACCES : -ENOENT;
}

static int refuse_to_run(const char *name, int code, struct record_result *result, struct error *err)
{
	result->exit_status = code == -ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE;
	error_errno(err, code, "cannot run '%s'", name);
	if (code == -ENOENT && !strchr(name, '/'))
		error_hint(err, "it is in no folder of PATH");
	else if (code == -ENOENT && access(name, F_OK) == 0)
		error_hint(err, "it is there, but the interpreter that it names is not");
	return code;
}

static pid_t fork_child(struct tracefs *tracefs, struct launch *launch)
{
	pid_t child;

	if (tracefs)
		return tracefs_fork(tracefs, run_child, launch);
	child = fork();
	if (child == 0)
		run_child(launch);
	return child;
}

static int start_child(struct held_command *ret, const char *program, char *const *command,
		       const struct command_start *start, struct error *err)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	struct launch launch = { .program = program, .command = command, .prepare = start->prepare };
	pid_t child;

	if (pipe2(launch.go, O_CLOEXEC) < 0 || pipe2(launch.report, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	sigaction(SIGCHLD, &by_default, &launch.child_action);	/* ignored, it would swallow exit statuses */
	child = fork_child(start->tracefs, &launch);
	close(launch.go[0]);
	close(launch.report[1]);
	*ret = (struct held_command){ child, launch.go[1], launch.report[0], xstrdup(program) };
	return child < 0 ? error_errno(err, -errno, "cannot start a process") : 0;
}

int command_hold(struct held_command *ret, char *const *command, const struct command_start *start,
		 struct record_result *result, struct error *err)
{
	auto_free char *program = NULL;
	int code = find_program(command[0], &program);

	if (code < 0)
		return refuse_to_run(command[0], code, result, err);
	return start_child(ret, program, command, start, err);
}

int command_release(struct held_command *held, struct error *err)
{
	ssize_t n = write(held->go, "", 1);
	int code = n == 1 ? 0 : -errno;

	close(steal_fd(&held->go));
	return code < 0 ? error_errno(err, code, "cannot start the command") : 0;
}

/* It has open what we have, until it is gone. Where it was seized, its end stops once more (PTRACE_O_TRACEEXIT). */
static void end_child(pid_t child)
{
	int status = 0;
	pid_t pid;

	kill(child, SIGKILL);
	do {
		pid = waitpid(child, &status, __WALL);
		if (pid == child && WIFSTOPPED(status))
			ptrace(PTRACE_CONT, child, NULL, NULL);
	} while (pid < 0 ? errno == EINTR : WIFSTOPPED(status));
}

void command_done(struct held_command *held)
{
	if (held->go >= 0 && held->child > 0)
		end_child(held->child);
	if (held->go >= 0)
		close(steal_fd(&held->go));
	if (held->report >= 0)
		close(steal_fd(&held->report));
	free(held->program);
	held->program = NULL;
}

int command_failure(const struct held_command *held, char *const *command, struct record_result *result,
		    struct error *err)
{
	int code = 0;

	if (held->report >= 0 && read(held->report, &code, sizeof(code)) == sizeof(code))
		return refuse_to_run(command[0], -code, result, err);
	return error_set(err, -ECHILD, "'%s' was killed before it began", command[0]);
}

static void describe_line(struct record_result *result, const char *line)
{
	unsigned int real, effective;

	if (sscanf(line, "Uid:\t%u\t%u", &real, &effective) == 2)
		snprintf(result->user, sizeof(result->user), "%u", effective);
	else if (sscanf(line, "Gid:\t%u\t%u", &real, &effective) == 2)
		snprintf(result->user + strlen(result->user), sizeof(result->user) - strlen(result->user),
			 ":%u", effective);
	else if (strncmp(line, "CapBnd:\t", 8) == 0)
		snprintf(result->bounding, sizeof(result->bounding), "%.16s", line + 8);
	else if (strncmp(line, "NoNewPrivs:\t", 12) == 0)
		result->no_new_privs = line[12] == '1';
}

void command_describe(pid_t pid, struct record_result *result)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		describe_line(result, line);
}
