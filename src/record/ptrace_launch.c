/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting the command so that nothing of it is missed and nothing of ours is recorded, and attaching.
 *
 * The child waits at a pipe until it is seized; then it tries to load the filter and calls execve() once.
 * It stops at each call from the beginning, so that whether the filter was loaded is a fact seen, not assumed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/ptrace_internal.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

#define TRACE_OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		       PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP)

long status_number(const char *pid, const char *key)
{
	char path[64], line[256];
	size_t length = strlen(key);

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			return strtol(line + length + 1, NULL, 10);
	return -1;
}

static int yama_scope(void)
{
	int scope = 0;
	auto_fclose FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");

	return file && fscanf(file, "%d", &scope) == 1 ? scope : 0;
}

/* Why tracing `pid` is refused, and what would help. */
static int explain_refusal(int code, pid_t pid, struct error *err)
{
	long tracer = status_number("self", "TracerPid");
	char target[16];

	if (tracer > 0)
		return error_set(err, code, "cannot trace: snug itself is being traced by process %ld"
				 " (hint: a process has one tracer; run snug outside of the other)", tracer);
	snprintf(target, sizeof(target), "%d", (int)pid);
	tracer = status_number(target, "TracerPid");
	if (tracer > 0 && tracer != getpid())
		return error_set(err, code, "cannot trace process %d: process %ld traces it already", (int)pid, tracer);
	error_errno(err, code, "cannot trace process %d", (int)pid);
	if (code == -EPERM && yama_scope() > 1)
		error_hint(err, "kernel.yama.ptrace_scope is %d: run as root, or set it to 1 or 0", yama_scope());
	else if (code == -EPERM)
		error_hint(err, "run as root; in a container, allow ptrace by '--cap-add SYS_PTRACE'"
			   " or a seccomp profile that permits it");
	return code;
}

/* PTRACE_GET_SYSCALL_INFO is the only call that tells a 32-bit call from a 64-bit one. */
static int check_kernel(pid_t pid, struct error *err)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) >= 0 || errno != EIO)
		return 0;
	return error_set(err, -ENOSYS, "cannot trace: this kernel has no PTRACE_GET_SYSCALL_INFO"
			 " (hint: it came with Linux 5.3)");
}

static int seize_and_stop(pid_t pid, int *ret_status)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, TRACE_OPTIONS) < 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return -errno;
	while (waitpid(pid, ret_status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSTOPPED(*ret_status) ? 0 : -ESRCH;
}

int launch_probe(struct error *err)
{
	int status = 0, code = access_check(err);
	pid_t child;

	if (code < 0)
		return code;
	child = fork();
	if (child < 0)
		return error_errno(err, -errno, "cannot start a process");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	code = seize_and_stop(child, &status);
	code = code < 0 ? explain_refusal(code, child, err) : check_kernel(child, err);
	kill(child, SIGKILL);
	while (waitpid(child, &status, __WALL) == child && !WIFSIGNALED(status) && !WIFEXITED(status))
		ptrace(PTRACE_CONT, child, NULL, NULL);
	return code;
}

static bool has_capability(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability));
}

/*
 * Loading a filter needs CAP_SYS_ADMIN or no_new_privs. The latter would strip set-user-ID programs of
 * their privilege and shows in prctl(), so we never set it. Attached processes and what
 * --until-main-exits leaves behind outlive us, and must not depend on a tracer.
 */
static bool may_filter(const struct record_request *request)
{
	return !request->attach && !request->until_main_exits &&
	       (has_capability(CAP_SYS_ADMIN) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void load_filter(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);	/* the tracer sees the result */
}

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

struct launch {
	int go[2];			/* a byte lets the child run; its end means that snug died */
	int report[2];			/* the errno of an execve() that failed */
	struct sigaction child_action;	/* what the command is to inherit for SIGCHLD */
	bool filter;
};

static void run_child(const struct launch *launch, const char *program, char *const *command)
{
	char byte;
	int code;

	close(launch->go[1]);
	if (read(launch->go[0], &byte, 1) != 1)
		_exit(RECORD_STATUS_OWN_FAILURE);
	sigaction(SIGCHLD, &launch->child_action, NULL);
	if (launch->filter)
		load_filter();
	execve(program, command, environ);
	if (errno == ENOEXEC)
		execute_by_shell(program, command);
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

static int refuse_to_run(struct tracer *tracer, int code)
{
	tracer->result->exit_status = code == -ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE;
	error_errno(tracer->err, code, "cannot run '%s'", tracer->request->command[0]);
	if (code == -ENOENT && !strchr(tracer->request->command[0], '/'))
		error_hint(tracer->err, "it is in no folder of PATH");
	else if (code == -ENOENT && access(tracer->request->command[0], F_OK) == 0)
		error_hint(tracer->err, "it is there, but the interpreter that it names is not");
	return code;
}

int launch_failure(struct tracer *tracer)
{
	int code = 0;

	if (tracer->launch_report >= 0 && read(tracer->launch_report, &code, sizeof(code)) == sizeof(code))
		return refuse_to_run(tracer, -code);
	return error_set(tracer->err, -ECHILD, "'%s' was killed before it began", tracer->request->command[0]);
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

void describe_program(struct tracer *tracer, pid_t pid)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		describe_line(tracer->result, line);
}

/* The child is stopped in its read(): from here on it stops at each call. */
static int seize_child(struct tracer *tracer, pid_t child, bool filter)
{
	struct tracee *tracee;
	int status = 0, code = seize_and_stop(child, &status);

	if (code < 0)
		return explain_refusal(code, child, tracer->err);
	code = check_kernel(child, tracer->err);
	if (code < 0)
		return code;
	if (filter)
		ptrace(PTRACE_SETOPTIONS, child, NULL, TRACE_OPTIONS | PTRACE_O_EXITKILL);
	tracer->main = child;
	tracer->privileged = has_capability(CAP_SYS_PTRACE);
	tracee = tree_add(&tracer->tree, child);
	tree_start_process(tracee, child, NULL);
	tree_set_stage(&tracer->tree, tracee->process,
		       tracer->request->container ? STAGE_HOST : STAGE_PROGRAM);
	describe_program(tracer, child);
	tracer_resume(tracer, tracee, 0);
	return 0;
}

static int start_child(struct tracer *tracer, const char *program)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	struct launch launch = { .filter = may_filter(tracer->request) };
	int code = 0;
	pid_t child;

	if (pipe2(launch.go, O_CLOEXEC) < 0 || pipe2(launch.report, O_CLOEXEC) < 0)
		return error_errno(tracer->err, -errno, "cannot make a pipe");
	sigaction(SIGCHLD, &by_default, &launch.child_action);	/* ignored, it would swallow exit statuses */
	child = fork();
	if (child == 0)
		run_child(&launch, program, tracer->request->command);
	if (child < 0)
		code = error_errno(tracer->err, -errno, "cannot start a process");
	close(launch.go[0]);
	close(launch.report[1]);
	tracer->launch_report = launch.report[0];
	if (code == 0)
		code = seize_child(tracer, child, launch.filter);
	if (code == 0 && write(launch.go[1], "", 1) != 1)
		code = error_errno(tracer->err, -errno, "cannot start '%s'", program);
	close(launch.go[1]);
	return code;
}

int launch_command(struct tracer *tracer)
{
	auto_free char *program = NULL;
	int code = find_program(tracer->request->command[0], &program);

	if (code < 0)
		return refuse_to_run(tracer, code);
	return start_child(tracer, program);
}

static const char *program_of(struct tracer *tracer, pid_t pid)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return NULL;
	path[n] = '\0';
	string_set_add(&tracer->programs, path);
	for (size_t i = 0; i < tracer->programs.count; i++)
		if (strcmp(tracer->programs.items[i], path) == 0)
			return tracer->programs.items[i];
	return NULL;
}

static int attach_task(struct tracer *tracer, pid_t pid, pid_t tid)
{
	struct tracee *leader = tree_find(&tracer->tree, pid), *tracee;

	if (tree_find(&tracer->tree, tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, NULL, TRACE_OPTIONS) < 0)
		return errno == ESRCH ? 0 : explain_refusal(-errno, tid, tracer->err);
	tracee = tree_add(&tracer->tree, tid);
	if (leader && leader->process) {
		tree_join(tracee, leader->process);
	} else {
		tree_start_process(tracee, pid, NULL);
		tree_set_stage(&tracer->tree, tracee->process, STAGE_PROGRAM);
		tracee->process->by = program_of(tracer, pid);
	}
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return 1;
}

static int attach_process(struct tracer *tracer, pid_t pid);

static int attach_children(struct tracer *tracer, pid_t pid, pid_t tid)
{
	char path[64];
	int child, found = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)tid);
	auto_fclose FILE *file = fopen(path, "re");	/* needs CONFIG_PROC_CHILDREN */
	while (file && fscanf(file, "%d", &child) == 1) {
		int n = attach_process(tracer, child);

		if (n < 0)
			return n;
		found += n;
	}
	return found;
}

/* Returns how many tasks are new. */
static int attach_process(struct tracer *tracer, pid_t pid)
{
	const struct dirent *entry;
	char path[64];
	int found = 0, n;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		n = attach_task(tracer, pid, (pid_t)strtol(entry->d_name, NULL, 10));
		if (n >= 0) {
			found += n;
			n = attach_children(tracer, pid, (pid_t)strtol(entry->d_name, NULL, 10));
		}
		if (n < 0) {
			closedir(tasks);
			return n;
		}
		found += n;
	}
	if (tasks)
		closedir(tasks);
	return found;
}

/* A process may start threads and children while we walk: until a walk finds nothing new. */
int launch_attach(struct tracer *tracer)
{
	int n;

	tracer->main = tracer->request->attach;
	tracer->privileged = has_capability(CAP_SYS_PTRACE);
	do
		n = attach_process(tracer, tracer->main);
	while (n > 0);
	if (n == 0 && tracer->tree.tracee_count == 0)
		n = error_set(tracer->err, -ESRCH, "there is no process %d", (int)tracer->main);
	if (n < 0)
		return n;
	tracer->started = true;
	describe_program(tracer, tracer->main);
	tracer_note(tracer, NOTE_ATTACHED);
	tracer_lost(tracer, "before-attach", UINT64_MAX);
	return 0;
}
