/* SPDX-License-Identifier: Apache-2.0 */
/* AT_EMPTY_PATH: the descriptor is the file. To look at it is no use of the file. */
#include "corpus.h"

int main(int argc, char **argv)
{
	const char *path, *other;
	struct statx extended;
	struct stat status;
	int fd, look;

	begin(argc, argv);
	path = make_file("file", 0600);
	fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	expect("read,write", "ok", path);
	other = make_file("other", 0600);
	look = open(other, O_PATH | O_CLOEXEC);
	CHECK(look >= 0);
	expect("look", "ok", other);
	CHECK(fstatat(fd, "", &status, AT_EMPTY_PATH) == 0);
	CHECK(statx(look, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0);
	CHECK_ERRNO(fstatat(fd, "", &status, 0), ENOENT);
	CHECK(fchownat(look, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH) == 0);
	expect("change-owner", "ok", other);
	/* Of the working directory. */
	enter_scratch();
	CHECK(fstatat(AT_FDCWD, "", &status, AT_EMPTY_PATH) == 0);
	/* A null path is the same since Linux 6.11, EFAULT before. */
	CHECK(syscall(SYS_newfstatat, fd, NULL, &status, AT_EMPTY_PATH) == 0 || errno == EFAULT);
	/* Only root may give a descriptor a second name this way (CAP_DAC_READ_SEARCH), or since 6.10 its opener. */
	if (linkat(fd, "", AT_FDCWD, in_scratch("second"), AT_EMPTY_PATH) == 0) {
		expect("link-from", "ok", path);
		expect("link-to", "ok", in_scratch("second"));
	} else {
		CHECK(errno == ENOENT);
		expect("link-to", "absent", in_scratch("second"));
	}
	return finish();
}
