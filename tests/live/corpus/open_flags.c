/* SPDX-License-Identifier: Apache-2.0 */
/* Every flag of open that changes what is asked of the file. */
#include "corpus.h"

struct row {
	int flags;
	const char *access;
};

static const struct row existing[] = {
	{ O_RDONLY, "read" },
	{ O_WRONLY, "write" },
	{ O_RDWR, "read,write" },
	{ O_WRONLY | O_APPEND, "append" },
	{ O_RDWR | O_APPEND, "read,append" },
	{ O_WRONLY | O_APPEND | O_TRUNC, "append,write" },
	{ O_RDONLY | O_TRUNC, "read,write" },
	{ O_WRONLY | O_CREAT, "write,create" },
	{ O_RDONLY | O_CREAT, "read,create" },
	{ O_RDONLY | O_NONBLOCK | O_NOCTTY | O_LARGEFILE, "read" },
	{ O_RDWR | O_DSYNC | O_SYNC, "read,write" },
	{ O_PATH, "look" },
	{ O_PATH | O_RDWR, "look" },
	{ O_NOATIME, "read" },
};

/* One file for each row, so that no row hides behind another. */
static void open_existing(void)
{
	char name[32];

	for (size_t i = 0; i < sizeof(existing) / sizeof(existing[0]); i++) {
		const char *path;
		int fd;

		snprintf(name, sizeof(name), "existing-%zu", i);
		path = make_file(name, 0600);
		fd = open(path, existing[i].flags | O_CLOEXEC, 0600);
		CHECK(fd >= 0);
		CHECK(close(fd) == 0);
		expect(existing[i].access, "ok", path);
	}
}

static void open_new(void)
{
	int fd = open(in_scratch("new"), O_RDWR | O_CREAT, 0640);

	CHECK(fd >= 0 && close(fd) == 0);
	expect("read,write,create", "ok", in_scratch("new"));
	fd = creat(in_scratch("creat"), 0640);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("write,create", "ok", in_scratch("creat"));
	fd = open(in_scratch("append-new"), O_WRONLY | O_CREAT | O_APPEND, 0640);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("append,create", "ok", in_scratch("append-new"));
	fd = open(in_scratch("read-new"), O_RDONLY | O_CREAT, 0640);
	CHECK(fd >= 0 && close(fd) == 0);
	expect("read,create", "ok", in_scratch("read-new"));
}

static void open_folders(void)
{
	const char *folder = make_folder("folder");
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	CHECK(fd >= 0 && close(fd) == 0);
	expect("read", "ok", folder);
	CHECK_ERRNO(open(folder, O_WRONLY), EISDIR);
	expect("write", "unknown", folder);
	CHECK_ERRNO(open(in_scratch("new"), O_RDONLY | O_DIRECTORY), ENOTDIR);
	expect("read", "absent", in_scratch("new"));
}

static void open_failing(void)
{
	const char *path = make_file("closed", 0);

	CHECK_ERRNO(open(in_scratch("none"), O_RDONLY), ENOENT);
	expect("read", "absent", in_scratch("none"));
	CHECK_ERRNO(open(in_scratch("none/below"), O_RDWR | O_CREAT, 0600), ENOENT);
	expect("read,write,create", "absent", in_scratch("none/below"));
	CHECK_ERRNO(open(in_scratch("new/below"), O_RDONLY), ENOTDIR);
	expect("read", "absent", in_scratch("new/below"));
	CHECK_ERRNO(open(in_scratch("new"), O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	expect("look", "ok", in_scratch("new"));
	if (geteuid() == 0)
		return;
	CHECK_ERRNO(open(path, O_RDONLY), EACCES);
	expect("read", "refused", path);
	expect_capability("DAC_READ_SEARCH", "openat");
	expect_capability("DAC_OVERRIDE", "openat");
	CHECK_ERRNO(open("/snug-oracle", O_WRONLY | O_CREAT, 0600), EACCES);
	expect("write,create", "refused", "/snug-oracle");
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	open_existing();
	open_new();
	open_folders();
	open_failing();
	return finish();
}
