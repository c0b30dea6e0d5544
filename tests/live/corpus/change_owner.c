/* SPDX-License-Identifier: Apache-2.0 */
/* The chown family; as root to another user, else to one's own. */
#include "corpus.h"

int main(int argc, char **argv)
{
	uid_t user = geteuid() == 0 ? 65534 : geteuid();
	gid_t group = geteuid() == 0 ? 65534 : getegid();
	const char *path;
	int fd;

	begin(argc, argv);
	make_file("a", 0600);
	make_file("b", 0600);
	make_file("c", 0600);
	make_symlink("b", "link");
	CHECK(chown(in_scratch("a"), user, group) == 0);
	expect("change-owner", "ok", in_scratch("a"));
	CHECK(chown(in_scratch("link"), user, (gid_t)-1) == 0);
	expect("change-owner", "ok", in_scratch("b"));
	CHECK(lchown(in_scratch("link"), user, group) == 0);
	expect("change-owner", "ok", in_scratch("link"));
	fd = open(in_scratch("c"), O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", in_scratch("c"));
	CHECK(fchown(fd, (uid_t)-1, group) == 0);
	expect("change-owner", "ok", in_scratch("c"));
	path = make_file("d", 0600);
	CHECK(fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW) == 0);
	expect("change-owner", "ok", path);
	CHECK_ERRNO(chown(in_scratch("none"), user, group), ENOENT);
	expect("change-owner", "absent", in_scratch("none"));
	if (geteuid() != 0) {
		CHECK_ERRNO(chown(in_scratch("a"), 0, 0), EPERM);
		expect("change-owner", "refused", in_scratch("a"));
	}
	/* To one's own user and group anybody may. */
	for (int i = 0; geteuid() == 0 && i < 4; i++)
		expect_capability("CHOWN", (const char *const[]){ "chown", "fchown", "fchownat", "lchown" }[i]);
	return finish();
}
