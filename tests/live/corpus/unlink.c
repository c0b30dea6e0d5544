/* SPDX-License-Identifier: Apache-2.0 */
/* Names that go away. */
#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_file("file", 0600);
	make_file("other", 0600);
	make_symlink("other", "link");
	make_folder("folder");
	make_folder("folder/below");
	CHECK(unlink(in_scratch("file")) == 0);
	expect("delete", "ok", in_scratch("file"));
	CHECK(unlink(in_scratch("link")) == 0);
	expect("delete", "ok", in_scratch("link"));
	CHECK_ERRNO(rmdir(in_scratch("folder")), ENOTEMPTY);
	expect("delete", "unknown", in_scratch("folder"));
	CHECK(rmdir(in_scratch("folder/below")) == 0);
	expect("delete", "ok", in_scratch("folder/below"));
	CHECK(unlinkat(AT_FDCWD, in_scratch("folder"), AT_REMOVEDIR) == 0);
	expect("delete", "ok", in_scratch("folder"));
	CHECK_ERRNO(unlink(in_scratch("none")), ENOENT);
	expect("delete", "absent", in_scratch("none"));
	CHECK_ERRNO(rmdir(in_scratch("other")), ENOTDIR);
	expect("delete", "absent", in_scratch("other"));
	if (geteuid() != 0) {
		CHECK(unlink("/etc/passwd") == -1 && (errno == EACCES || errno == EROFS));
		expect("delete", "refused", "/etc/passwd");
		expect_capability("DAC_OVERRIDE", "unlink");
	}
	return finish();
}
