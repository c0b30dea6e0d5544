/* SPDX-License-Identifier: Apache-2.0 */
/* Paths relative to the working directory and to descriptors of folders. */
#include "corpus.h"

int main(int argc, char **argv)
{
	int fd, folder;

	begin(argc, argv);
	make_folder("a");
	make_folder("a/b");
	make_file("a/b/file", 0600);
	folder = open(in_scratch("a/b"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(folder >= 0);
	expect("read", "ok", in_scratch("a/b"));

	fd = openat(folder, "file", O_RDONLY);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("read", "ok", in_scratch("a/b/file"));
	fd = openat(folder, "../..//a/./b/../new", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("write,create", "ok", in_scratch("a/new"));
	/* An absolute path does not look at the descriptor. */
	fd = openat(-7, in_scratch("a/new"), O_RDONLY);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("read", "ok", in_scratch("a/new"));
	CHECK_ERRNO(openat(-7, "file", O_RDONLY), EBADF);

	/* The folder's name changes under the descriptor: the descriptor is what counts. */
	CHECK(rename(in_scratch("a/b"), in_scratch("a/c")) == 0);
	expect("rename-from", "ok", in_scratch("a/b"));
	expect("rename-to", "ok", in_scratch("a/c"));
	fd = openat(folder, "file", O_WRONLY);
	CHECK(fd >= 0);
	expect("write", "ok", in_scratch("a/c/file"));
	CHECK_ERRNO(openat(fd, "x", O_RDONLY), ENOTDIR);
	expect("read", "absent", in_scratch("a/c/file/x"));
	CHECK(close(fd) == 0);

	CHECK(fchdir(folder) == 0);
	expect("enter", "ok", in_scratch("a/c"));
	fd = open("./file", O_RDWR);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("read,write", "ok", in_scratch("a/c/file"));
	CHECK(chdir("..") == 0);
	expect("enter", "ok", in_scratch("a"));
	CHECK(mkdirat(folder, "below", 0700) == 0);
	expect("create", "ok", in_scratch("a/c/below"));
	CHECK(unlinkat(folder, "below", AT_REMOVEDIR) == 0);
	expect("delete", "ok", in_scratch("a/c/below"));
	return finish();
}
