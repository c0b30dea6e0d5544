/* SPDX-License-Identifier: Apache-2.0 */
/* openat2: its structure, and what RESOLVE_ flags do to a path. */
#include <linux/openat2.h>

#include "corpus.h"

static int folder;

static int open_how(const char *path, uint64_t flags, uint64_t resolve)
{
	const struct open_how how = { .flags = flags | O_CLOEXEC, .mode = flags & O_CREAT ? 0600 : 0, .resolve = resolve };

	return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

int main(int argc, char **argv)
{
	struct {
		struct open_how how;
		uint64_t later;
	} larger = { .later = 1 };

	begin(argc, argv);
	make_folder("root");
	make_folder("root/etc");
	make_file("root/etc/file", 0600);
	make_symlink("/etc/file", "root/absolute");
	make_symlink("etc/file", "root/relative");
	folder = open(in_scratch("root"), O_PATH | O_CLOEXEC);
	CHECK(folder >= 0);
	expect("look", "ok", in_scratch("root"));
	CHECK(open_how("etc/file", O_RDONLY, 0) >= 0);
	/* The folder stands for the root. */
	CHECK(open_how("/absolute", O_RDWR, RESOLVE_IN_ROOT) >= 0);
	CHECK(open_how("../../etc/new", O_WRONLY | O_CREAT, RESOLVE_IN_ROOT) >= 0);
	expect("read,write", "ok", in_scratch("root/etc/file"));
	expect("write,create", "ok", in_scratch("root/etc/new"));
	CHECK_ERRNO(open_how("/etc/none", O_RDONLY, RESOLVE_IN_ROOT), ENOENT);
	expect("read", "absent", in_scratch("root/etc/none"));
	CHECK_ERRNO(open_how("../file", O_RDONLY, RESOLVE_BENEATH), EXDEV);
	expect("read", "unknown", in_scratch("file"));
	CHECK_ERRNO(open_how("relative", O_RDONLY, RESOLVE_NO_SYMLINKS), ELOOP);
	expect("read", "unknown", in_scratch("root/etc/file"));
	CHECK_ERRNO(open_how("relative", O_RDONLY, 1ULL << 40), EINVAL);
	CHECK_ERRNO(syscall(SYS_openat2, folder, "relative", &larger, sizeof(larger)), E2BIG);
	CHECK_ERRNO(syscall(SYS_openat2, folder, "relative", &larger, 1L), EINVAL);
	return finish();
}
