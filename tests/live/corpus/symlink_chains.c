/* SPDX-License-Identifier: Apache-2.0 */
/* Symlinks: followed, not followed, in the middle, dangling, in a circle. */
#include "corpus.h"

int main(int argc, char **argv)
{
	char target[64];
	struct stat status;
	int fd;

	begin(argc, argv);
	make_folder("real");
	make_file("real/file", 0600);
	make_symlink("real", "folder-link");
	make_symlink("folder-link/file", "one");
	make_symlink(in_scratch("one"), "two");
	make_symlink("../two", "real/three");
	make_symlink("circle-b", "circle-a");
	make_symlink("circle-a", "circle-b");
	make_symlink("real/born", "dangling");

	fd = open(in_scratch("real/three"), O_RDONLY);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("read", "ok", in_scratch("real/file"));
	CHECK(stat(in_scratch("folder-link/three"), &status) == 0 && S_ISREG(status.st_mode));
	expect("look", "ok", in_scratch("real/file"));
	CHECK(lstat(in_scratch("folder-link/three"), &status) == 0 && S_ISLNK(status.st_mode));
	expect("look", "ok", in_scratch("real/three"));
	/* A final slash follows even where the call does not. */
	CHECK(lstat(in_scratch("folder-link/"), &status) == 0 && S_ISDIR(status.st_mode));
	expect("look", "ok", in_scratch("real"));
	CHECK(readlink(in_scratch("two"), target, sizeof(target)) > 0);
	expect("look", "ok", in_scratch("two"));
	CHECK_ERRNO(readlink(in_scratch("real/file"), target, sizeof(target)), EINVAL);
	expect("look", "unknown", in_scratch("real/file"));
	CHECK_ERRNO(open(in_scratch("two"), O_RDONLY | O_NOFOLLOW), ELOOP);
	expect("read", "unknown", in_scratch("two"));
	fd = open(in_scratch("two"), O_PATH | O_NOFOLLOW);
	CHECK(fd >= 0);
	CHECK(readlinkat(fd, "", target, sizeof(target)) > 0);
	CHECK(close(fd) == 0);
	CHECK_ERRNO(open(in_scratch("circle-a"), O_RDONLY), ELOOP);
	expect("read", "unknown", in_scratch("circle-a"));

	/* The file behind a dangling link is made where the link points. */
	fd = open(in_scratch("dangling"), O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("write,create", "ok", in_scratch("real/born"));
	CHECK(unlink(in_scratch("dangling")) == 0);
	expect("delete", "ok", in_scratch("dangling"));
	CHECK(chdir(in_scratch("folder-link")) == 0);
	expect("enter", "ok", in_scratch("real"));
	CHECK(access("three", R_OK) == 0);
	expect("look", "ok", in_scratch("real/file"));
	CHECK(access("../one", R_OK) == 0);
	return finish();
}
