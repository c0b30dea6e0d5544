/* SPDX-License-Identifier: Apache-2.0 */
/* O_TMPFILE: a file without a name, which linkat through /proc/self/fd gives one later. */
#include "corpus.h"

int main(int argc, char **argv)
{
	char from[64];
	int fd;

	begin(argc, argv);
	fd = open(scratch, O_TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0);
	CHECK(write(fd, "x", 1) == 1);
	expect("read,write,create", "ok", in_scratch("#INODE"));
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	CHECK(linkat(AT_FDCWD, from, AT_FDCWD, in_scratch("named"), AT_SYMLINK_FOLLOW) == 0);
	expect("link-from", "ok", in_scratch("#INODE"));
	expect("link-to", "ok", in_scratch("named"));
	CHECK(access(in_scratch("named"), R_OK) == 0);
	expect("look", "ok", in_scratch("named"));
	return finish();
}
