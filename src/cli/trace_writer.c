/* SPDX-License-Identifier: Apache-2.0 */
/* Traces are written by a process of its own. */
#include "cli/trace_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"

#define PIPE_FD 3		/* the one descriptor that the process keeps beside the standard ones */

/* The next worker writes all again, and an older state must not come after a newer one: we end with the worker. */
static __attribute__((noreturn)) void write_trace(struct trace *trace, const struct trace_place *place,
						  const struct folder_owner *owner, pid_t parent, int fd)
{
	struct error err = ERROR_NONE;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "snug-writer");
	if (getppid() != parent)
		_exit(1);
	/* Whoever held a notify descriptor would keep containers waiting for an answer that never comes. */
	dup2(fd, PIPE_FD);
	closefrom(PIPE_FD + 1);
	folder_owner_become(owner);
	auto_free char *path = trace_place_choose(place, trace, &err);
	if (path)
		trace_file_write(trace, path, &err);
	dprintf(PIPE_FD, "%d %s", err.code, err.code < 0 ? err.text : path);
	_exit(0);
}

int trace_writer_start(struct trace_writer *writer, struct trace *trace, const struct trace_place *place,
		       const struct folder_owner *owner, struct error *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot write '%s.trace.json'", place->stem);
	writer->pid = fork();
	if (writer->pid == 0)
		write_trace(trace, place, owner, parent, ends[1]);
	close(ends[1]);
	if (writer->pid < 0) {
		writer->pid = 0;
		close(ends[0]);
		return error_errno(err, -EAGAIN, "cannot write '%s.trace.json'", place->stem);
	}
	writer->fd = ends[0];
	fcntl(writer->fd, F_SETFL, O_NONBLOCK);		/* of our end; the process has the other */
	return 0;
}

/* True at the end of what it has to say. */
static bool read_all(struct trace_writer *writer)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(writer->fd, piece, sizeof(piece))) > 0)
		text_add(&writer->said, piece, (size_t)n);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

/* "CODE PATH" or "CODE MESSAGE"; nothing when it was killed. */
static int read_answer(const struct trace_writer *writer, char **ret_path, struct error *err)
{
	const char *said = text_cstr(&writer->said), *rest = strchr(said, ' ');
	int code = rest ? (int)strtol(said, NULL, 10) : -EIO;

	if (!rest)
		return error_set(err, code, "a trace was not written: the process that did it was killed");
	if (code < 0)
		return error_set(err, code, "%s", rest + 1);
	*ret_path = xstrdup(rest + 1);
	return 0;
}

/* True when all is said. */
static bool listen_to(struct trace_writer *writer, int ms)
{
	struct pollfd ready = { .fd = writer->fd, .events = POLLIN };
	uint64_t deadline = monotonic_ms() + (uint64_t)ms, now;

	while (!read_all(writer)) {
		now = monotonic_ms();
		if (now >= deadline || (poll(&ready, 1, (int)(deadline - now)) < 0 && errno != EINTR))
			return false;
	}
	return true;
}

int trace_writer_take(struct trace_writer *writer, int ms, char **ret_path, struct error *err)
{
	int code;

	if (!listen_to(writer, ms))
		return -EAGAIN;
	waitpid(writer->pid, NULL, 0);
	code = read_answer(writer, ret_path, err);
	close(steal_fd(&writer->fd));
	text_done(&writer->said);
	*writer = (struct trace_writer)TRACE_WRITER_IDLE;
	return code;
}
