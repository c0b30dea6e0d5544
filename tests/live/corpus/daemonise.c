/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * A daemon: fork twice, a session of its own, on after the first process has ended. What it does then counts too. */
#include <time.h>

#include "corpus.h"

static void daemon_work(void)
{
	const struct timespec moment = { 0, 100000000 };
	int fd;

	CHECK(setsid() == getpid());
	if (fork() != 0)
		_exit(0);
	CHECK(chdir("/") == 0);
	umask(022);
	fd = open("/dev/null", O_RDWR);
	CHECK(fd >= 0 && dup2(fd, 0) == 0 && dup2(fd, 1) == 1 && dup2(fd, 2) == 2);
	nanosleep(&moment, NULL);
	CHECK(mkdir(in_scratch("daemon"), 0700) == 0);
	_exit(0);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	expect("enter", "ok", "/");
	expect("read,write", "ok", "/dev/null");
	expect("create", "ok", in_scratch("daemon"));
	in_child(daemon_work);
	return finish();
}
