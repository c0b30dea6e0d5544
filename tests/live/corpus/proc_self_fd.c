/* SPDX-License-Identifier: Apache-2.0 */
/* The links of /proc that lead to the file itself. */
#include "corpus.h"

static void open_through(const char *format, int number, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), format, number);
	fd = open(path, flags);
	CHECK(fd >= 0 && close(fd) == 0);
}

int main(int argc, char **argv)
{
	const char *path, *gone;
	struct stat status;
	char link[64], target[PATH_MAX];
	ssize_t length;
	int fd, folder;

	begin(argc, argv);
	path = make_file("file", 0600);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", path);
	open_through("/proc/self/fd/%d", fd, O_WRONLY);
	expect("write", "ok", path);
	open_through("/dev/fd/%d", fd, O_RDONLY);
	open_through("/proc/thread-self/fd/%d", fd, O_WRONLY | O_APPEND);
	expect("append", "ok", path);

	folder = open(scratch, O_PATH | O_DIRECTORY);
	CHECK(folder >= 0);
	expect("look", "ok", scratch);
	open_through("/proc/self/fd/%d/file", folder, O_RDONLY);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	CHECK(stat(link, &status) == 0 && S_ISREG(status.st_mode));
	expect("look", "ok", path);
	CHECK(chmod(link, 0640) == 0);
	expect("change-mode", "ok", path);

	/* A file whose last name is gone: opened again through its descriptor all the same. */
	gone = make_file("gone", 0600);
	CHECK(dup2(open(gone, O_RDONLY), 20) == 20);
	expect("read", "ok", gone);
	CHECK(unlink(gone) == 0);
	expect("delete", "ok", gone);
	length = readlink("/proc/self/fd/20", target, sizeof(target) - 1);
	CHECK(length > 10 && strncmp(target + length - 10, " (deleted)", 10) == 0);
	expect("look", "ok", "/proc/PID/fd/20");
	open_through("/proc/self/fd/%d", 20, O_RDONLY);
	return finish();
}
