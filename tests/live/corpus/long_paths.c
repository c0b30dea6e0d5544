/* SPDX-License-Identifier: Apache-2.0 */
/* Paths at the limits: a name of 255 bytes, a path of PATH_MAX, one longer, a folder deeper than PATH_MAX. */
#include "corpus.h"

int main(int argc, char **argv)
{
	static char path[PATH_MAX + 64], name[258];
	char part[202];
	size_t length;
	int fd;

	begin(argc, argv);
	memset(name, 'n', 255);
	make_file(name, 0600);
	name[255] = 'n';
	CHECK_ERRNO(open(in_scratch(name), O_RDONLY), ENAMETOOLONG);
	expect("read", "unknown", in_scratch(name));

	/* As long as a path can be: PATH_MAX with its NUL. */
	length = (size_t)snprintf(path, sizeof(path), "%s/", scratch);
	while (length < PATH_MAX - 2)
		length += (size_t)snprintf(path + length, sizeof(path) - length, "./");
	path[PATH_MAX - 2] = 'f';
	path[PATH_MAX - 1] = '\0';
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	expect("write,create", "ok", in_scratch("f"));
	path[PATH_MAX - 1] = 'g';
	path[PATH_MAX] = '\0';
	CHECK_ERRNO(open(path, O_RDONLY), ENAMETOOLONG);

	/* Deeper than any one path can say. */
	enter_scratch();
	memset(part, 'd', 200);
	part[200] = '\0';
	length = (size_t)snprintf(path, sizeof(path), "%s", scratch);
	for (int i = 0; i < 18; i++) {
		CHECK(mkdir(part, 0700) == 0 && chdir(part) == 0);
		length += (size_t)snprintf(path + length, sizeof(path) - length, "/%s", part);
		expect("create,enter", "ok", path);
	}
	fd = open("deep", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	snprintf(path + length, sizeof(path) - length, "/deep");
	expect("write,create", "ok", path);
	return finish();
}
