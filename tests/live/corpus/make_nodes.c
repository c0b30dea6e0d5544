/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are made: folders, pipes, devices, sockets, symlinks. */
#include <sys/sysmacros.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_folder("folder");
	CHECK_ERRNO(mkdir(in_scratch("folder"), 0700), EEXIST);
	CHECK_ERRNO(mkdir(in_scratch("none/below"), 0700), ENOENT);
	expect("create", "absent", in_scratch("none/below"));
	CHECK(mkfifo(in_scratch("pipe"), 0600) == 0);
	expect("create", "ok", in_scratch("pipe"));
	CHECK(mknod(in_scratch("file"), S_IFREG | 0600, 0) == 0);
	expect("create", "ok", in_scratch("file"));
	CHECK(mknod(in_scratch("socket"), S_IFSOCK | 0600, 0) == 0);
	expect("create", "ok", in_scratch("socket"));
	if (geteuid() == 0) {
		CHECK(mknod(in_scratch("null"), S_IFCHR | 0600, makedev(1, 3)) == 0);
		expect("create", "ok", in_scratch("null"));
	} else {
		CHECK_ERRNO(mknod(in_scratch("null"), S_IFCHR | 0600, makedev(1, 3)), EPERM);
		expect("create", "refused", in_scratch("null"));
		CHECK_ERRNO(mkdir("/snug-oracle", 0700), EACCES);
		expect("create", "refused", "/snug-oracle");
		expect_capability("DAC_OVERRIDE", "mkdir");
	}
	make_symlink("anywhere", "symlink");
	CHECK_ERRNO(symlink("anywhere", in_scratch("symlink")), EEXIST);
	expect("look", "ok", in_scratch("symlink"));
	enter_scratch();
	CHECK(symlinkat("/nowhere", AT_FDCWD, "relative") == 0);
	expect("create", "ok", in_scratch("relative"));
	expect_capability("MKNOD", "mknodat");
	return finish();
}
