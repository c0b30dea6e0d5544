/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes: truncate by path and by descriptor, fallocate. */
#include "corpus.h"

int main(int argc, char **argv)
{
	const char *path;
	int fd;

	begin(argc, argv);
	path = make_file("by-path", 0600);
	CHECK(truncate(path, 3) == 0);
	path = make_file("by-descriptor", 0600);
	fd = open(path, O_RDWR);
	CHECK(fd >= 0);
	expect("read,write", "ok", path);
	CHECK(ftruncate(fd, 100) == 0);
	CHECK(fallocate(fd, 0, 0, 4096) == 0 || errno == EOPNOTSUPP);
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
	CHECK_ERRNO(truncate(in_scratch("none"), 0), ENOENT);
	expect("write", "absent", in_scratch("none"));
	CHECK_ERRNO(truncate(scratch, 0), EISDIR);
	expect("write", "unknown", scratch);
	if (geteuid() != 0) {
		CHECK(truncate("/etc/passwd", 0) == -1 && (errno == EACCES || errno == EROFS));
		expect("write", "refused", "/etc/passwd");
		expect_capability("DAC_OVERRIDE", "truncate");
	}
	return finish();
}
