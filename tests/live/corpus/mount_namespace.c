/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: root
 * A mount namespace of the program's own, with another root: paths are as that namespace names them. */
#include <sched.h>
#include <sys/mount.h>

#include "corpus.h"

static void confined(void)
{
	int fd;

	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHECK(mount("snug", in_scratch("root"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0);
	CHECK(mkdir(in_scratch("root/old"), 0755) == 0);
	CHECK(chdir(in_scratch("root")) == 0);
	CHECK(syscall(SYS_pivot_root, ".", "old") == 0);
	CHECK(umount2("/old", MNT_DETACH) == 0);
	fd = open("/snug-oracle-file", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(rename("snug-oracle-file", "/old/moved") == 0);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_folder("root");
	in_child(confined);
	expect("look", "ok", "/");
	expect("look,enter", "ok", in_scratch("root"));
	expect("create,enter", "ok", in_scratch("root/old"));
	expect("look", "ok", "/old");
	expect("read,write,create,rename-from", "ok", "/snug-oracle-file");
	expect("rename-to", "ok", "/old/moved");
	expect_row("mounts", "act=mount target=/ flags=%d outcome=ok", MS_REC | MS_PRIVATE);
	expect_row("mounts", "act=mount source=snug target=%s type=tmpfs flags=%d outcome=ok", in_scratch("root"),
		   MS_NOSUID | MS_NODEV);
	expect_row("mounts", "act=pivot_root source=%s target=%s outcome=ok", in_scratch("root"), in_scratch("root/old"));
	expect_row("mounts", "act=umount target=/old flags=%d outcome=ok", MNT_DETACH);
	for (int i = 0; i < 4; i++)
		expect_capability("SYS_ADMIN", (const char *const[]){ "mount", "pivot_root", "umount2", "unshare" }[i]);
	return finish();
}
