/* SPDX-License-Identifier: Apache-2.0 */
/* The utime family. */
#include <sys/time.h>
#include <utime.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	const struct timespec times[2] = { { 1, 2 }, { 3, 4 } };
	const struct timeval old[2] = { { 1, 2 }, { 3, 4 } };
	const struct utimbuf older = { 1, 2 };
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	int fd;

	begin(argc, argv);
	for (size_t i = 0; i < 5; i++)
		make_file(names[i], 0600);
	make_symlink("e", "link");
	CHECK(utimensat(AT_FDCWD, in_scratch("a"), times, 0) == 0);
	fd = open(in_scratch("b"), O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", in_scratch("b"));
	CHECK(futimens(fd, times) == 0);
#ifdef SYS_utime
	CHECK(syscall(SYS_utime, in_scratch("c"), &older) == 0);
	CHECK(syscall(SYS_utimes, in_scratch("d"), old) == 0);
#else
	CHECK(utime(in_scratch("c"), &older) == 0);
	CHECK(utimes(in_scratch("d"), old) == 0);
#endif
	for (size_t i = 0; i < 4; i++)
		expect("change-attributes", "ok", in_scratch(names[i]));
	CHECK(utimensat(AT_FDCWD, in_scratch("link"), times, AT_SYMLINK_NOFOLLOW) == 0);
	expect("change-attributes", "ok", in_scratch("link"));
	CHECK_ERRNO(utimensat(AT_FDCWD, in_scratch("none"), NULL, 0), ENOENT);
	expect("change-attributes", "absent", in_scratch("none"));
	if (geteuid() != 0) {
		CHECK(utimensat(AT_FDCWD, "/etc/passwd", times, 0) == -1 && (errno == EPERM || errno == EROFS));
		expect("change-attributes", "refused", "/etc/passwd");
		expect_capability("FOWNER", "utimensat");
	}
	return finish();
}
