/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes by path, by link, by descriptor, through which a look is no use of the file. The file system may have none: then they are refused alike. */
#include <sys/xattr.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	const char *path, *other, *outcome;
	char value[64];
	bool supported;
	int fd;

	begin(argc, argv);
	path = make_file("file", 0600);
	other = make_file("other", 0600);
	make_symlink("file", "link");
	supported = setxattr(path, "user.snug", "v", 1, 0) == 0;
	CHECK(supported || errno == ENOTSUP);
	outcome = supported ? "ok" : "unknown";
	expect("change-attributes", outcome, path);
	CHECK(getxattr(in_scratch("link"), "user.snug", value, sizeof(value)) == (supported ? 1 : -1));
	expect("look", outcome, path);
	CHECK(listxattr(path, value, sizeof(value)) >= 0);
	expect("look", "ok", path);
	CHECK(llistxattr(in_scratch("link"), value, sizeof(value)) >= 0);
	expect("look", "ok", in_scratch("link"));
	CHECK(lgetxattr(in_scratch("link"), "user.snug", value, sizeof(value)) == -1);
	expect("look", "unknown", in_scratch("link"));
	fd = open(other, O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", other);
	CHECK(fsetxattr(fd, "user.snug", "v", 1, 0) == (supported ? 0 : -1));
	expect("change-attributes", outcome, other);
	CHECK(fgetxattr(fd, "user.snug", value, sizeof(value)) == (supported ? 1 : -1));
	CHECK(flistxattr(fd, value, sizeof(value)) >= 0);
	CHECK(fremovexattr(fd, "user.snug") == (supported ? 0 : -1));
	CHECK(removexattr(path, "user.snug") == (supported ? 0 : -1));
	CHECK_ERRNO(getxattr(in_scratch("none"), "user.snug", value, sizeof(value)), ENOENT);
	expect("look", "absent", in_scratch("none"));
	return finish();
}
