/* SPDX-License-Identifier: Apache-2.0 */
/* A user namespace of the program's own, where it may mount: no privilege of the host is involved. */
#include <sched.h>
#include <sys/mount.h>

#include "corpus.h"

static void write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(close(fd) == 0);
}

static void confined(void)
{
	uid_t user = geteuid();
	gid_t group = getegid();
	char map[64];
	int fd;

	CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS) == 0);
	write_map("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", user);
	write_map("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", group);
	write_map("/proc/self/gid_map", map);
	CHECK(sethostname("snug", 4) == 0);
	CHECK(mount("snug", in_scratch("mount"), "tmpfs", 0, NULL) == 0);
	fd = open(in_scratch("mount/file"), O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(umount(in_scratch("mount")) == 0);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_folder("mount");
	in_child(confined);
	expect("look", "ok", in_scratch("mount"));
	expect("write,create", "ok", in_scratch("mount/file"));
	expect("write", "ok", "/proc/PID/setgroups");
	expect("write", "ok", "/proc/PID/uid_map");
	expect("write", "ok", "/proc/PID/gid_map");
	expect_row("mounts", "act=mount source=snug target=%s type=tmpfs flags=0 outcome=ok", in_scratch("mount"));
	expect_row("mounts", "act=umount target=%s flags=0 outcome=ok", in_scratch("mount"));
	for (int i = 0; i < 3; i++)
		expect_row("capabilities", "name=SYS_ADMIN syscall=%s userns=own granted=true outcome=ok",
			   (const char *const[]){ "mount", "sethostname", "umount2" }[i]);
	return finish();
}
