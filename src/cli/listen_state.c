/* SPDX-License-Identifier: Apache-2.0 */
/* What a listener leaves in its folder for `snug stop`. */
#include "cli/listen_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define LOCK_FILE "listen.lock"
#define LOG_FILE "listen.log"
#define STATUS_FILE "listen.status"
#define STATUS_MAX 16			/* bytes: a small number and a newline */

/* The folder is the person's, and we may be root: what they put in our file's place is not followed. */
static int open_in(const char *folder, const char *name, int flags, struct error *err)
{
	auto_free char *path = xasprintf("%s/%s", folder, name);
	auto_close int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
	struct stat owner;

	if (fd < 0)
		return error_errno(err, -errno, "cannot open '%s'", path);
	if (flags & O_CREAT && geteuid() == 0 && stat(folder, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) < 0)
		return error_errno(err, -errno, "cannot give '%s' to the owner of its folder", path);
	return steal_fd(&fd);
}

static void forget(const char *folder, const char *name)
{
	auto_free char *path = xasprintf("%s/%s", folder, name);

	unlink(path);
}

int listen_lock(const char *folder, int *ret_fd, struct error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	auto_close int fd = open_in(folder, LOCK_FILE, O_RDWR | O_CREAT, err);

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETLK, &lock) < 0) {
		if (errno == EACCES || errno == EAGAIN)
			return error_set(err, -EBUSY, "another listener serves '%s' (hint: 'snug stop -o %s' ends it, "
					 "-o names another folder)", folder, folder);
		return error_errno(err, -errno, "cannot lock '%s/" LOCK_FILE "'", folder);
	}
	forget(folder, STATUS_FILE);
	forget(folder, LOG_FILE);
	*ret_fd = steal_fd(&fd);
	return 0;
}

pid_t listen_lock_owner(const char *folder, struct error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	auto_close int fd = open_in(folder, LOCK_FILE, O_RDONLY, err);

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_GETLK, &lock) < 0)
		return error_errno(err, -errno, "cannot ask who serves '%s'", folder);
	if (lock.l_type == F_UNLCK)
		return 0;
	if (lock.l_pid <= 0)
		return error_set(err, -ESRCH, "the listener of '%s' is hidden from here (hint: it runs in another pid namespace, "
				 "stop it there)", folder);
	return lock.l_pid;
}

int listen_to_log(const char *folder, struct error *err)
{
	auto_close int log = open_in(folder, LOG_FILE, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, err);
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (log < 0)
		return log;
	fflush(stdout);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		return error_errno(err, -errno, "cannot leave the terminal");
	return 0;
}

void listen_log_follow(const char *folder, off_t *offset)
{
	auto_close int log = open_in(folder, LOG_FILE, O_RDONLY, NULL);
	char piece[4096];
	ssize_t n;

	while (log >= 0 && (n = pread(log, piece, sizeof(piece), *offset)) > 0) {
		fwrite(piece, 1, (size_t)n, stderr);
		*offset += n;
	}
}

int listen_status_write(const char *folder, int status, struct error *err)
{
	auto_free char *path = xasprintf("%s/" STATUS_FILE, folder);
	auto_free char *line = xasprintf("%d\n", status);

	return file_write(path, line, strlen(line), err);
}

int listen_status_read(const char *folder, struct error *err)
{
	auto_close int fd = open_in(folder, STATUS_FILE, O_RDONLY, err);
	char line[STATUS_MAX] = "", *end;
	long status;

	if (fd < 0)
		return fd;
	if (read(fd, line, sizeof(line) - 1) < 0)
		return error_errno(err, -errno, "cannot read '%s/" STATUS_FILE "'", folder);
	status = strtol(line, &end, 10);
	if (end == line || status < 0 || status > 255)
		return error_set(err, -EINVAL, "'%s/" STATUS_FILE "' holds no status", folder);
	return (int)status;
}
