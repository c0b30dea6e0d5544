/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: root
 * chroot: paths from the new root, named as an LSM does, from the root of the mount namespace. */
#include "corpus.h"

static void confined(void)
{
	int fd;

	CHECK(chroot(in_scratch("root")) == 0);
	CHECK(chdir("/") == 0);
	fd = open("/etc/inside", O_RDONLY);
	CHECK(fd >= 0 && close(fd) == 0);
	fd = open("/link", O_WRONLY | O_APPEND);
	CHECK(fd >= 0 && close(fd) == 0);
	fd = open("../../etc/made", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK_ERRNO(open("/outside", O_RDONLY), ENOENT);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_folder("root");
	make_folder("root/etc");
	make_file("root/etc/inside", 0600);
	make_file("outside", 0600);
	make_symlink("/etc/inside", "root/link");
	in_child(confined);
	expect("enter", "ok", in_scratch("root"));
	expect("read,append", "ok", in_scratch("root/etc/inside"));
	expect("write,create", "ok", in_scratch("root/etc/made"));
	expect("read", "absent", in_scratch("root/outside"));
	expect_capability("SYS_CHROOT", "chroot");
	return finish();
}
