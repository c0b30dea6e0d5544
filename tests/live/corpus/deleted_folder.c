/* SPDX-License-Identifier: Apache-2.0 */
/* A working directory that is gone: an LSM knows it by its last name. */
#include "corpus.h"

int main(int argc, char **argv)
{
	struct stat status;
	char cwd[PATH_MAX];
	int fd;

	begin(argc, argv);
	make_folder("gone");
	CHECK(chdir(in_scratch("gone")) == 0);
	expect("enter", "ok", in_scratch("gone"));
	CHECK(rmdir(in_scratch("gone")) == 0);
	expect("delete", "ok", in_scratch("gone"));
	CHECK(syscall(SYS_getcwd, cwd, sizeof(cwd)) == -1 && errno == ENOENT);
	CHECK_ERRNO(open("file", O_WRONLY | O_CREAT, 0600), ENOENT);
	expect("write,create", "absent", in_scratch("gone/file"));
	CHECK_ERRNO(mkdir("folder", 0700), ENOENT);
	expect("create", "absent", in_scratch("gone/folder"));
	CHECK(stat(".", &status) == 0);
	fd = open(".", O_RDONLY);
	CHECK(fd >= 0);
	expect("look,read", "ok", in_scratch("gone"));
	CHECK(stat("..", &status) == 0);
	expect("look", "ok", scratch);
	CHECK(chdir("..") == 0);
	expect("enter", "ok", scratch);
	/* Another of that name is another folder. */
	make_folder("gone");
	return finish();
}
