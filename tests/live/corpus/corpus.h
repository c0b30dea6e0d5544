/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every program of the corpus shares.
 *
 * A program does one kind of thing, checks that each of its calls behaves as it does natively (so that a recorder that
 * changes behaviour is caught), and prints what a recording of it must say about files:
 *
 *	file ACCESS[,ACCESS] OUTCOME PATH	the path as an LSM sees it; bytes outside printable ASCII, blanks and
 *						backslashes as \xHH
 *
 * so that the test needs no second implementation of path resolution. Lines for one path and outcome add up.
 * What else a recording must say (capabilities, network, sockets, signals, mounts, ptraces, notes) it prints as
 *
 *	row SECTION KEY=VALUE...		a row of the trace has these; lists with commas. There are no others.
 * It works in the folder given as its first argument and exits 0 only when all was as expected.
 * The words after "oracle:" in a program's first comment tell the test what it is:
 *
 *	root	it needs root (without the word it runs as root and as an ordinary user, and knows which it is)
 *	tasks	its set of calls may differ from run to run: threads, timing; not compared with strace's second run
 *	-m32	a 32-bit program
 */
#ifndef CORPUS_H
#define CORPUS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *scratch;	/* absolute, no symlinks, owned by the caller of the program */
static const char *self;	/* the program's own path, absolute */
static char expectations[1 << 18];
static size_t expectations_length;

/* stderr without stdio, so that a failure in a child or a thread is safe too. */
static inline void fail(const char *file, int line, const char *what)
{
	dprintf(2, "%s:%d: %s (errno %d, %s)\n", file, line, what, errno, strerror(errno));
	_exit(1);
}

#define CHECK(condition) do { if (!(condition)) fail(__FILE__, __LINE__, #condition); } while (0)
/* The call fails with exactly this. */
#define CHECK_ERRNO(call, number) do { \
	errno = 0; \
	if ((long)(call) != -1 || errno != (number)) \
		fail(__FILE__, __LINE__, #call " did not fail with " #number); \
} while (0)

static inline void expect(const char *access, const char *outcome, const char *path)
{
	char *out = expectations + expectations_length;
	size_t room = sizeof(expectations) - expectations_length;
	int used = snprintf(out, room, "file %s %s ", access, outcome);

	CHECK(used > 0 && (size_t)used + 4 * strlen(path) + 2 < room);
	for (; *path; path++)
		used += sprintf(out + used, *path > ' ' && *path < 127 && *path != '\\' ? "%c" : "\\x%02x",
				(unsigned char)*path);
	out[used++] = '\n';
	expectations_length += (size_t)used;
}

static inline __attribute__((format(printf, 2, 3))) void expect_row(const char *section, const char *format, ...)
{
	char *out = expectations + expectations_length;
	size_t room = sizeof(expectations) - expectations_length;
	int used = snprintf(out, room, "row %s ", section);
	va_list args;

	va_start(args, format);
	used += vsnprintf(out + used, room - (size_t)used, format, args);
	va_end(args);
	CHECK((size_t)used + 1 < room);
	out[used++] = '\n';
	expectations_length += (size_t)used;
}

/* The initial user namespace's capability, as root has and another does not. */
static inline void expect_capability(const char *name, const char *syscall)
{
	expect_row("capabilities", "name=%s syscall=%s userns=initial granted=%s outcome=%s", name, syscall,
		   geteuid() ? "false" : "true", geteuid() ? "refused" : "ok");
}

/* SCRATCH/name, good until 64 more were asked for. */
static inline const char *in_scratch(const char *name)
{
	static char paths[64][PATH_MAX + 1024];
	static unsigned int next;
	char *path = paths[next++ % 64];

	CHECK((size_t)snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name) < sizeof(paths[0]));
	return path;
}

/* Makes SCRATCH/name, a few bytes long, and returns its path. */
static inline const char *make_file(const char *name, mode_t mode)
{
	const char *path = in_scratch(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	CHECK(fd >= 0);
	CHECK(write(fd, "content\n", 8) == 8);
	CHECK(close(fd) == 0);
	expect("write,create", "ok", path);
	return path;
}

static inline const char *make_folder(const char *name)
{
	const char *path = in_scratch(name);

	CHECK(mkdir(path, 0755) == 0);
	expect("create", "ok", path);
	return path;
}

static inline const char *make_symlink(const char *target, const char *name)
{
	const char *path = in_scratch(name);

	CHECK(symlink(target, path) == 0);
	expect("create", "ok", path);
	return path;
}

static inline void enter_scratch(void)
{
	CHECK(chdir(scratch) == 0);
	expect("enter", "ok", scratch);
}

/* Waits for a child and returns its exit status, or 128 and the signal that killed it. */
static inline int status_of(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	while (waitpid(pid, &status, __WALL) != pid)
		CHECK(errno == EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs `body` in a child and waits for it. */
static inline void in_child(void (*body)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	CHECK(status_of(pid) == 0);
}

static inline void begin(int argc, char **argv)
{
	if (argc < 2) {
		dprintf(2, "usage: %s FOLDER\n", argv[0]);
		_exit(2);
	}
	self = argv[0];
	scratch = argv[1];
}

static inline int finish(void)
{
	for (size_t done = 0; done < expectations_length;) {
		ssize_t n = write(1, expectations + done, expectations_length - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
	return 0;
}

#endif
