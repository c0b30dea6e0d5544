/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container sees of its kernel, a line a result: run with and without a recording, the lines are to be the same.
 *
 *	conformance		prints them
 *	conformance credentials	who it is; executed by itself as a setuid program
 *	conformance eintr|listener|tracer	what user notification changes: prints what it met, see listen_conformance.test
 *
 * The profile that it runs under has to refuse mkdir with ENOSPC, sethostname with EACCES and sockets of AF_INET6 with
 * EAFNOSUPPORT.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 30

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1	/* si_code of a filter's SIGSYS, include/uapi/asm-generic/siginfo.h */
#endif

static volatile sig_atomic_t signals;

static void tell(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
	fflush(stdout);
}

static void tell_number(const char *what, long number)
{
	printf("%s: %ld\n", what, number);
	fflush(stdout);
}

static void tell_status(const char *what, int status)
{
	printf("%s: %s %d\n", what, WIFEXITED(status) ? "exited" : WIFSIGNALED(status) ? "killed" :
	       WIFSTOPPED(status) ? "stopped" : "continued", WIFEXITED(status) ? WEXITSTATUS(status) :
	       WIFSIGNALED(status) ? WTERMSIG(status) : WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
	fflush(stdout);
}

/* --- results -------------------------------------------------------------------- */

static void errors(void)
{
	char template[] = "/tmp/conformance-XXXXXX";
	int fd = mkstemp(template);
	struct stat st;

	tell("made", fd);
	tell("refused mkdir", mkdir("/tmp/folder", 0700));
	tell("refused mkdir of what is there", mkdir("/tmp", 0700));
	tell("refused sethostname", sethostname("x", 1));
	tell("refused socket", socket(AF_INET6, SOCK_STREAM, 0));
	tell("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	tell("no such call", syscall(9999));
	tell("absent", open("/nowhere", O_RDONLY));
	tell("absent folder", open("/nowhere/x", O_WRONLY | O_CREAT, 0600));
	tell("folder", open("/tmp", O_WRONLY));
	tell("not a folder", open("/bin/conformance/x", O_RDONLY));
	tell("bad address", stat((const char *)8, &st));
	tell("bad descriptor", fstat(999, &st));
	tell("root's own", open("/root/own", O_RDONLY));
	tell("owner", chown(template, 0, 0));
	tell("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	tell("chroot", chroot("/tmp"));
	tell("new namespace", unshare(CLONE_NEWNS));
	tell("another's signal", kill(1, 0));
	tell("program that is none", execl("/etc/passwd", "passwd", NULL));
	tell("removed", unlink(template));
}

static void vforked(void)
{
	volatile int changed = 0;
	int status;
	pid_t child = vfork();

	if (child == 0) {
		changed = 1;
		_exit(7);
	}
	waitpid(child, &status, 0);
	tell_number("vfork: memory is shared", changed);
	tell_status("vfork", status);
}

/* A call that blocks goes on where it was when its caller is stopped and continued: restart_syscall(2). */
static void stopped(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		const struct timespec time = { 0, 300000000 };

		raise(SIGSTOP);
		_exit(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0 && poll(NULL, 0, 100) == 0 ? 5 : 6);
	}
	for (int i = 0; i < 3; i++) {
		waitpid(child, &status, WUNTRACED);
		tell_status("stop", status);
		kill(child, SIGCONT);
		waitpid(child, &status, WCONTINUED);
		tell_status("continue", status);
		if (i < 2)
			kill(child, SIGSTOP);
	}
	waitpid(child, &status, 0);
	tell_status("after all stops", status);
}

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void start_timer(int flags, long microseconds)
{
	const struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };
	const struct itimerval often = { { 0, microseconds }, { 0, microseconds } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void stop_timer(void)
{
	const struct itimerval off = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &off, NULL);
}

/* Calls that come to a listener and do not wait by themselves, until `wanted` were interrupted or enough signals have come. */
static long interrupted_calls(long wanted, int signals_wanted)
{
	time_t end = time(NULL) + PATIENCE_S;
	long count = 0;
	struct stat st;

	for (signals = 0; count < wanted && signals < signals_wanted && time(NULL) < end; )
		count += stat("/tmp", &st) < 0 && errno == EINTR;
	return count;
}

static void restarted(void)
{
	int ends[2], status;
	pid_t child;

	start_timer(SA_RESTART, 1000);
	tell_number("calls interrupted beside a handler with SA_RESTART", interrupted_calls(1, 300));
	if (pipe(ends) < 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		const struct timespec time = { 0, 200000000 };

		while (nanosleep(&time, NULL) < 0)
			;
		_exit(3);
	}
	tell("wait beside a handler with SA_RESTART", waitpid(child, &status, 0));
	stop_timer();
	tell_status("what was waited for", status);
}

static void describe_trap(int number, siginfo_t *info, void *context)
{
	(void)context;
	printf("trap: signal %d, call %s, errno %d, code %d\n", number, info->si_syscall == SYS_getpgid ? "getpgid" : "another",
	       info->si_errno, info->si_code == SYS_SECCOMP);
	fflush(stdout);
}

static int filter_call(long number, uint32_t answer, unsigned int flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void own_filter(void)
{
	const struct sigaction action = { .sa_sigaction = describe_trap, .sa_flags = SA_SIGINFO };
	int status;
	pid_t child = fork();

	if (child == 0) {
		sigaction(SIGSYS, &action, NULL);
		tell("own filter", filter_call(SYS_getppid, SECCOMP_RET_ERRNO | ENOTTY, 0));
		tell("refused by it", syscall(SYS_getppid));
		tell("own trap", filter_call(SYS_getpgid, SECCOMP_RET_TRAP | 5, 0));
		syscall(SYS_getpgid, 0);
		tell("own kill", filter_call(SYS_getsid, SECCOMP_RET_KILL_PROCESS, 0));
		syscall(SYS_getsid, 0);
		_exit(1);
	}
	waitpid(child, &status, 0);
	tell_status("own filter", status);
}

static void traced(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		tell("to be traced", ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGUSR1);
		_exit(4);
	}
	waitpid(child, &status, 0);
	tell_status("traced", status);
	tell("traced on", ptrace(PTRACE_CONT, child, 0, 0));
	waitpid(child, &status, 0);
	tell_status("traced to its end", status);
}

static void credentials(void)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");

	tell_number("user", geteuid());
	tell_number("group", getegid());
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
			fputs(line, stdout);
}

static void set_user(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		execl("/bin/setuid", "setuid", "credentials", NULL);
		tell("setuid program", -1);
		_exit(1);
	}
	waitpid(child, &status, 0);
	tell_status("setuid program", status);
}

/* --- what user notification changes ---------------------------------------------------- */

static void meet_tracer(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		raise(SIGSTOP);
		filter_call(SYS_getppid, SECCOMP_RET_TRACE, 0);
		syscall(SYS_getppid);
		_exit(0);
	}
	waitpid(child, &status, WUNTRACED);
	ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESECCOMP);
	kill(child, SIGCONT);
	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			puts("fired");
		ptrace(PTRACE_CONT, child, 0, 0);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "credentials") == 0) {
		credentials();
	} else if (strcmp(what, "eintr") == 0) {
		start_timer(0, 500);
		/* Many: on a busy machine most are over before a listener sees that they were there. */
		puts(interrupted_calls(1000, 2000) ? "EINTR" : "none");
	} else if (strcmp(what, "listener") == 0) {
		puts(filter_call(9999, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER) < 0 ? strerrorname_np(errno) : "ok");
	} else if (strcmp(what, "tracer") == 0) {
		meet_tracer();
	} else {
		errors();
		vforked();
		stopped();
		restarted();
		own_filter();
		traced();
		credentials();
		set_user();
	}
	return 0;
}
