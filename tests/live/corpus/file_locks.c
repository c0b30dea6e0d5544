/* SPDX-License-Identifier: Apache-2.0 */
/* flock, fcntl locks and open file description locks. */
#include <sys/file.h>

#include "corpus.h"

static int open_new(const char *name)
{
	const char *path = make_file(name, 0600);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	expect("read,write", "ok", path);
	return fd;
}

int main(int argc, char **argv)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct flock question = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd;

	begin(argc, argv);
	fd = open_new("flock");
	CHECK(flock(fd, LOCK_EX) == 0);
	CHECK(flock(fd, LOCK_UN) == 0);
	expect("lock,lock-exclusive", "ok", in_scratch("flock"));
	fd = open_new("shared");
	CHECK(flock(fd, LOCK_SH) == 0);
	expect("lock", "ok", in_scratch("shared"));
	fd = open_new("process");
	CHECK(fcntl(fd, F_SETLK, &lock) == 0);
	expect("lock,lock-exclusive", "ok", in_scratch("process"));
	fd = open_new("description");
	CHECK(fcntl(fd, F_OFD_SETLK, &lock) == 0);
	expect("lock,lock-exclusive", "ok", in_scratch("description"));
	fd = open_new("waiting");
	CHECK(fcntl(fd, F_SETLKW, &lock) == 0);
	CHECK(lockf(fd, F_TEST, 0) == 0);
	expect("lock,lock-exclusive", "ok", in_scratch("waiting"));
	fd = open_new("asked");
	CHECK(fcntl(fd, F_GETLK, &question) == 0 && question.l_type == F_UNLCK);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	return finish();
}
