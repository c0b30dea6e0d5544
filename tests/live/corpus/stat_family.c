/* SPDX-License-Identifier: Apache-2.0 */
/* Looking: stat, lstat, statx, statfs, name_to_handle_at; fstat and fstatfs, of what is open already: no use of the file. */
#include <sys/vfs.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .handle.handle_bytes = MAX_HANDLE_SZ };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
	struct statx extended;
	struct statfs system;
	struct stat status;
	int fd, mount;

	begin(argc, argv);
	for (size_t i = 0; i < 7; i++)
		make_file(names[i], 0600);
	make_symlink("a", "link");
	enter_scratch();
	CHECK(stat(in_scratch("a"), &status) == 0 && status.st_size == 8);
	CHECK(lstat("link", &status) == 0 && S_ISLNK(status.st_mode));
	CHECK(fstatat(AT_FDCWD, "b", &status, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(statx(AT_FDCWD, "c", 0, STATX_ALL, &extended) == 0 && extended.stx_size == 8);
	CHECK(statfs("d", &system) == 0);
	CHECK(syscall(SYS_stat, "e", &status) == 0);
	CHECK(syscall(SYS_lstat, in_scratch("f"), &status) == 0);
	CHECK(name_to_handle_at(AT_FDCWD, "g", &handle.handle, &mount, 0) == 0 || errno == EOPNOTSUPP);
	for (size_t i = 0; i < 7; i++)
		expect("look", "ok", in_scratch(names[i]));
	expect("look", "ok", in_scratch("link"));
	CHECK_ERRNO(stat("none", &status), ENOENT);
	expect("look", "absent", in_scratch("none"));
	CHECK_ERRNO(stat("a/below", &status), ENOTDIR);
	expect("look", "absent", in_scratch("a/below"));
	make_file("opened", 0600);
	fd = open("opened", O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", in_scratch("opened"));
	CHECK(fstat(fd, &status) == 0);
	CHECK(fstatfs(fd, &system) == 0);
	return finish();
}
