/* SPDX-License-Identifier: Apache-2.0 */
/* What another program has to say, within a time. */
#include "cli/program_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"
#include "snug/recorder.h"

#define ADMIN_FOLDERS ":/usr/local/sbin:/usr/sbin:/sbin"	/* not in everybody's PATH */
#define OUTPUT_MAX (64u << 20)		/* bytes; of a few hundred containers with their stored profiles */

char *program_find(const char *name)
{
	auto_free char *folders = xasprintf("%s" ADMIN_FOLDERS, getenv("PATH") ? getenv("PATH") : "");
	char *rest = folders, *folder;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? realpath(name, NULL) : NULL;
	while ((folder = strsep(&rest, ":"))) {
		auto_free char *path = xasprintf("%s/%s", folder, name);
		struct stat st;

		if (folder[0] == '/' && access(path, X_OK) == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return steal_ptr(path);
	}
	return NULL;
}

static __attribute__((noreturn)) void become_program(const struct program_request *request, int output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    (request->invoker && invoker_become(request->invoker) < 0))
		_exit(RECORD_STATUS_OWN_FAILURE);
	for (size_t i = 0; request->environment && request->environment[i]; i++)
		putenv((char *)request->environment[i]);
	execvp(request->argv[0], (char *const *)request->argv);
	_exit(errno == ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE);
}

/* Waits for `fd` until the deadline; false when that has passed. */
static bool wait_for(int fd, int64_t deadline)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int64_t left;

	while ((left = deadline - (int64_t)monotonic_ms()) > 0)
		if (poll(&ready, 1, (int)left) > 0)
			return true;
	return false;
}

/* To the end of what it prints, which may come before or after its own. */
static int read_output(int fd, int64_t deadline, struct text *out)
{
	char piece[65536];
	size_t begin = out->length;
	ssize_t n;

	for (;;) {
		if (!wait_for(fd, deadline))
			return -ETIMEDOUT;
		n = read(fd, piece, sizeof(piece));
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (out->length - begin + (size_t)n > OUTPUT_MAX)
			return -EFBIG;
		text_add(out, piece, (size_t)n);
	}
}

static int end_of(pid_t child, int code, int64_t deadline)
{
	auto_close int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	int status;

	if (code == 0 && pidfd >= 0 && !wait_for(pidfd, deadline))
		code = -ETIMEDOUT;
	if (code < 0)
		kill(-child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (code < 0)
		return code;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status) == RECORD_STATUS_NOT_FOUND ? -ENOENT : WEXITSTATUS(status);
}

int program_output(const struct program_request *request, struct text *out)
{
	int64_t deadline = (int64_t)monotonic_ms() + request->deadline_ms;
	auto_close int reader = -1, writer = -1;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	reader = ends[0];
	writer = ends[1];
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		become_program(request, writer);
	setpgid(child, child);		/* here too: it may be killed before it has come so far itself */
	close(steal_fd(&writer));
	return end_of(child, read_output(reader, deadline, out), deadline);
}
