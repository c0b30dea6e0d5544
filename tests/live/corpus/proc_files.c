/* SPDX-License-Identifier: Apache-2.0 */
/* /proc: one's own folder under its three names, a child's, and a process that is not there. */
#include "corpus.h"

static void read_file(const char *path)
{
	char room[64];
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && read(fd, room, sizeof(room)) > 0);
	CHECK(close(fd) == 0);
}

int main(int argc, char **argv)
{
	char path[64], target[PATH_MAX];
	struct stat status;
	int ends[2];
	pid_t pid;

	begin(argc, argv);
	read_file("/proc/self/status");
	expect("read", "ok", "/proc/PID/status");
	read_file("/proc/thread-self/stat");
	expect("read", "ok", "/proc/PID/task/TID/stat");
	snprintf(path, sizeof(path), "/proc/%d/comm", getpid());
	read_file(path);
	expect("read", "ok", "/proc/PID/comm");
	CHECK(readlink("/proc/self/exe", target, sizeof(target)) > 0);
	expect("look", "ok", "/proc/PID/exe");
	CHECK(stat("/proc/self/exe", &status) == 0);
	expect("look", "ok", self);
	CHECK(readlink("/proc/self", target, sizeof(target)) > 0);
	expect("look", "ok", "/proc/self");
	CHECK(pipe(ends) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(ends[1]);
		CHECK(read(ends[0], target, 1) == 0);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	read_file(path);
	expect("read", "ok", "/proc/PID/statm");
	CHECK(close(ends[1]) == 0);
	CHECK(status_of(pid) == 0);
	CHECK_ERRNO(open(path, O_RDONLY), ENOENT);
	expect("read", "absent", "/proc/PID/statm");
	read_file("/proc/meminfo");
	expect("read", "ok", "/proc/meminfo");
	return finish();
}
