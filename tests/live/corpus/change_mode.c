/* SPDX-License-Identifier: Apache-2.0 */
/* The chmod family. */
#include "corpus.h"

#define SYS_FCHMODAT2 452	/* Linux 6.6, newer than Debian 12's headers */

int main(int argc, char **argv)
{
	const char *path;
	int fd;

	begin(argc, argv);
	path = make_file("file", 0600);
	make_symlink("file", "link");
	CHECK(chmod(path, 0640) == 0);
	expect("change-mode", "ok", path);
	CHECK(chmod(in_scratch("link"), 0644) == 0);
	path = make_file("by-descriptor", 0600);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", path);
	CHECK(fchmod(fd, 0400) == 0);
	expect("change-mode", "ok", path);
	path = make_file("at", 0600);
	enter_scratch();
	CHECK(fchmodat(AT_FDCWD, "at", 0400, 0) == 0);
	expect("change-mode", "ok", path);
	path = make_file("at2", 0600);
	if (syscall(SYS_FCHMODAT2, AT_FDCWD, "at2", 0400, 0) == 0) {
		expect("change-mode", "ok", path);
		CHECK_ERRNO(syscall(SYS_FCHMODAT2, AT_FDCWD, "link", 0400, AT_SYMLINK_NOFOLLOW), EOPNOTSUPP);
		expect("change-mode", "unknown", in_scratch("link"));
	}
	CHECK_ERRNO(chmod(in_scratch("none"), 0600), ENOENT);
	expect("change-mode", "absent", in_scratch("none"));
	if (geteuid() != 0) {
		CHECK(chmod("/etc/passwd", 0600) == -1 && (errno == EPERM || errno == EROFS));
		expect("change-mode", "refused", "/etc/passwd");
		expect_capability("FOWNER", "chmod");
	}
	return finish();
}
