/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting the command so that nothing of it is missed and nothing of ours is recorded, and attaching.
 *
 * The child is held until it is seized; then it tries to load the filter and calls execve() once.
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

static void see_ourselves(struct tracer *tracer)
{
	tracer->privileged = has_capability(CAP_SYS_PTRACE);
	tracer->ids_agree = getuid() == geteuid() && getgid() == getegid();
}

bool launch_is_unprivileged(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return geteuid() != 0 && getuid() != 0 && syscall(SYS_capget, &header, data) == 0 &&
	       !data[0].permitted && !data[1].permitted;
}

bool launch_may_filter(void)
{
	return has_capability(CAP_SYS_ADMIN);
}

/*
 * Loading a filter needs CAP_SYS_ADMIN or no_new_privs. The latter would strip set-user-ID programs of
 * their privilege and shows in prctl(), so that it is set late and for ordinary users only (ptrace_fast.c). Attached processes and what
 * --until-main-exits leaves behind outlive us, and must not depend on a tracer.
 */
static bool may_filter(const struct tracer *tracer)
{
	const struct record_request *request = tracer->session.request;

	return !tracer->may_be_fast && !request->attach && !request->until_main_exits &&
	       (launch_may_filter() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void load_filter(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);	/* the tracer sees the result */
}

/* The child is stopped in its read(): from here on it stops at each call. */
static int seize_child(struct tracer *tracer, pid_t child, bool filter)
{
	struct tracee *tracee;
	int status = 0, code = seize_and_stop(child, &status);

	if (code < 0)
		return explain_refusal(code, child, tracer->session.err);
	code = check_kernel(child, tracer->session.err);
	if (code < 0)
		return code;
	if (filter || tracer->may_be_fast)
		ptrace(PTRACE_SETOPTIONS, child, NULL, TRACE_OPTIONS | PTRACE_O_EXITKILL);
	tracer->session.main = child;
	see_ourselves(tracer);
	tracee = tree_add(&tracer->tree, child);
	tree_start_process(tracee, child, NULL);
	tree_set_stage(&tracer->tree, tracee->process,
		       tracer->session.request->container ? STAGE_HOST : STAGE_PROGRAM);
	command_describe(child, tracer->session.result);
	tracee_resume(tracee, 0);
	return 0;
}

int launch_command(struct tracer *tracer)
{
	bool filter = may_filter(tracer);
	void (*beside)(void) = beside_filter(tracer);
	const struct command_start start = {
		.prepare = beside ? beside : filter ? load_filter : NULL, .tracefs = tracer->tracefs,
	};
	int code = command_hold(&tracer->command, tracer->session.request->command, &start, tracer->session.result,
				tracer->session.err);

	if (code == 0)
		code = seize_child(tracer, tracer->command.child, filter);
	if (code == 0)
		code = beside_add(tracer, tracer->command.child);
	return code < 0 ? code : command_release(&tracer->command, tracer->session.err);
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
		return errno == ESRCH ? 0 : explain_refusal(-errno, tid, tracer->session.err);
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

	tracer->session.main = tracer->session.request->attach;
	see_ourselves(tracer);
	do
		n = attach_process(tracer, tracer->session.main);
	while (n > 0);
	if (n == 0 && tracer->tree.tracee_count == 0)
		n = error_set(tracer->session.err, -ESRCH, "there is no process %d", (int)tracer->session.main);
	if (n < 0)
		return n;
	tracer->session.started = true;
	command_describe(tracer->session.main, tracer->session.result);
	tracer_send(tracer, NULL, &(struct event){ .kind = EVENT_NOTE, .note = session_attached });
	tracer_lost(tracer, "before-attach", UINT64_MAX);
	return 0;
}
