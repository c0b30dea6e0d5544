/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel interface costs by itself: a command of which nothing is kept, under what a recorder cannot do without.
 *
 *	bare MODE COMMAND...
 *
 * Its status is the command's. On one machine no recorder of a kind is faster than this one of its kind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/cpu_awake.h"
#include "record/cpu_follow.h"

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	/* Linux 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

#define READ_MAX 255		/* bytes of a path that are read at once */
#define CALL_MAX 512		/* and of a notification, which has 80 on Linux 6.18 */
#define INSTANCES "/sys/kernel/tracing/instances/"

struct tracee {
	pid_t pid;
	int filter_fd;	/* in its own table: what loading the filter gave */
};

static void fail(const char *what)
{
	perror(what);
	exit(125);
}

/* Calls that name a file, and which of their arguments does. */
static const struct {
	int number, path;
} held[] = {
#ifdef SYS_open
	{ SYS_open, 0 }, { SYS_stat, 0 }, { SYS_lstat, 0 }, { SYS_access, 0 }, { SYS_readlink, 0 }, { SYS_unlink, 0 },
#endif
	{ SYS_openat, 1 }, { SYS_newfstatat, 1 }, { SYS_statx, 1 }, { SYS_faccessat, 1 }, { SYS_faccessat2, 1 },
	{ SYS_readlinkat, 1 }, { SYS_unlinkat, 1 }, { SYS_execve, 0 },
};

#define HELD (sizeof(held) / sizeof(*held))

static uint64_t path_of(int number, const uint64_t *args)
{
	for (size_t i = 0; i < HELD; i++)
		if (held[i].number == number)
			return args[held[i].path];
	return 0;
}

/* What every recorder does with such a call, at the least. */
static void look(pid_t tid, uint64_t address)
{
	char text[READ_MAX];
	struct iovec here = { text, sizeof(text) }, there = { (void *)(uintptr_t)address, sizeof(text) };

	if (address)
		process_vm_readv(tid, &here, 1, &there, 1, 0);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define IS(value, jump, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (uint8_t)(jump), otherwise)

/* In the child: `action` for those calls, every other one passes, and so does fstat(2) as libraries make it. A descriptor where
 * flags ask for one. */
static int load_filter(uint32_t action, unsigned int flags)
{
	struct sock_filter code[] = {
		LOAD(nr), IS(SYS_newfstatat, 0, 3),
		LOAD(args[3]), IS(AT_EMPTY_PATH, HELD + 1, 0),
		LOAD(nr), [5 ... HELD + 4] = { 0 },
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_K, action),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), code };
	int result;

	for (size_t i = 0; i < HELD; i++)
		code[5 + i] = (struct sock_filter)IS(held[i].number, HELD - i, 0);
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("no_new_privs");
	result = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (result < 0)
		fail("seccomp");
	return result;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* --- filter: what it costs that the kernel asks one ---------------------------- */

static int load_allowing(void)
{
	return load_filter(SECCOMP_RET_ALLOW, 0);
}

static void wait_for(const struct tracee *tracee)
{
	int status;

	while (waitpid(tracee->pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	exit(status_of(status));
}

/* --- event: what it costs that the kernel traces calls, though never one of these */

static char instance[sizeof(INSTANCES) + 32];

/* An instance slows the whole machine, and whoever was killed has left his. */
static void remove_left_instances(void)
{
	DIR *folder = opendir(INSTANCES);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL) {
		char path[sizeof(INSTANCES) + sizeof(entry->d_name)];
		int pid;

		snprintf(path, sizeof(path), INSTANCES "%s", entry->d_name);
		if (sscanf(entry->d_name, "bare-%d", &pid) == 1 && kill(pid, 0) < 0)
			rmdir(path);
	}
	if (folder)
		closedir(folder);
}

static void remove_instance(void)
{
	rmdir(instance);
}

static void tell_instance(const char *name, const char *value)
{
	char path[sizeof(instance) + 64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", instance, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail(path);
	close(fd);
}

static void trace_events(const struct tracee *tracee)
{
	char pid[16];

	remove_left_instances();
	snprintf(instance, sizeof(instance), INSTANCES "bare-%d", (int)getpid());
	if (mkdir(instance, 0700) < 0)
		fail(instance);
	atexit(remove_instance);
	snprintf(pid, sizeof(pid), "%d", (int)tracee->pid);
	tell_instance("set_event_pid", pid);
	tell_instance("options/event-fork", "1");
	tell_instance("events/syscalls/sys_enter_reboot/enable", "1");
}

/* --- stop: a tracer that is told of such calls --------------------------------- */

static int load_stopping(void)
{
	return load_filter(SECCOMP_RET_TRACE, 0);
}

static void seize(const struct tracee *tracee)
{
	if (ptrace(PTRACE_SEIZE, tracee->pid, NULL, (void *)(PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
						       PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL)) < 0)
		fail("ptrace");
}

static void answer_stop(pid_t tid, int status)
{
	struct __ptrace_syscall_info info;
	int event = status >> 16, number = event ? 0 : WSTOPSIG(status);

	if (event == PTRACE_EVENT_SECCOMP && ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0)
		look(tid, path_of((int)info.seccomp.nr, (const uint64_t *)info.seccomp.args));
	if (event == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP)
		ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, tid, NULL, (void *)(intptr_t)number);
}

/* Where the tracee runs, and with processors that do not sleep, as snug. */
static void serve_stops(const struct tracee *tracee)
{
	struct cpu_follow follow;
	struct cpu_awake awake;
	int status;
	pid_t tid;

	cpu_follow_begin(&follow);
	cpu_awake_begin(&awake, true);
	while ((tid = cpu_awake_wait(&awake, cpu_follow_is_there(&follow), &status)) > 0) {
		if (WIFSTOPPED(status)) {
			answer_stop(tid, status);
			cpu_follow_stopped(&follow, tid);
			cpu_awake_stopped(&awake);
		} else if (tid == tracee->pid) {
			exit(status_of(status));
		}
	}
	fail("waitpid");
}

/* --- notify: a listener that is asked about such calls -------------------------- */

static int load_asking(void)
{
	return load_filter(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static pid_t asking;
static int listener;

/* RECV waits for calls alone, and not for the command's end. */
static void child_ended(int signal)
{
	int status;

	(void)signal;
	if (waitpid(asking, &status, WNOHANG) == asking)
		_exit(status_of(status));
}

static void take_listener(const struct tracee *tracee)
{
	const struct sigaction action = { .sa_handler = child_ended, .sa_flags = SA_NOCLDSTOP };
	int process = (int)syscall(SYS_pidfd_open, tracee->pid, 0);

	listener = (int)syscall(SYS_pidfd_getfd, process, tracee->filter_fd, 0);
	if (listener < 0)
		fail("the listener's descriptor");
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	asking = tracee->pid;
	sigaction(SIGCHLD, &action, NULL);
}

static void answer_calls(const struct tracee *tracee)
{
	union {
		struct seccomp_notif head;
		char bytes[CALL_MAX];
	} call;
	struct cpu_awake awake;

	(void)tracee;
	cpu_awake_begin(&awake, false);
	for (;;) {
		struct seccomp_notif_resp answer = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

		memset(&call, 0, sizeof(call));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		look((pid_t)call.head.pid, path_of(call.head.data.nr, (const uint64_t *)call.head.data.args));
		answer.id = call.head.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
		cpu_awake_stopped(&awake);
	}
}

/* --- all of them --------------------------------------------------------------- */

static int load_none(void)
{
	return -1;
}

static const struct mode {
	const char *name;
	int (*load)(void);				/* in the command's process */
	void (*attach)(const struct tracee *tracee);	/* in ours, before the command begins; NULL = nothing */
	void (*serve)(const struct tracee *tracee);	/* until it has ended, with its status */
} modes[] = {
	{ "filter", load_allowing, NULL, wait_for },
	{ "event", load_none, trace_events, wait_for },
	{ "stop", load_stopping, seize, serve_stops },
	{ "notify", load_asking, take_listener, answer_calls },
};

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

static void run_command(const struct mode *mode, int say, int hear, char **command)
{
	const int fd = mode->load();
	char word;

	if (write(say, &fd, sizeof(fd)) != (ssize_t)sizeof(fd) || read(hear, &word, 1) != 1)
		_exit(125);
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	const struct mode *mode = argc > 2 ? find_mode(argv[1]) : NULL;
	struct tracee tracee;
	int from[2], to[2];

	if (!mode) {
		fprintf(stderr, "usage: bare filter|event|stop|notify COMMAND...\n");
		return 2;
	}
	if (pipe2(from, O_CLOEXEC) < 0 || pipe2(to, O_CLOEXEC) < 0)
		fail("pipe");
	tracee.pid = fork();
	if (tracee.pid < 0)
		fail("fork");
	if (tracee.pid == 0)
		run_command(mode, from[1], to[0], argv + 2);
	close(from[1]);
	if (read(from[0], &tracee.filter_fd, sizeof(int)) != (ssize_t)sizeof(int))
		return 125;
	if (mode->attach)
		mode->attach(&tracee);
	if (write(to[1], "", 1) != 1)
		fail("write");
	mode->serve(&tracee);
}
