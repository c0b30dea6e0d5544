/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders whose mode bits refuse their own user: root gets in by a capability, and that is recorded. */
#include "corpus.h"

int main(int argc, char **argv)
{
	bool root = geteuid() == 0;
	const char *outcome = root ? "ok" : "refused";
	struct stat status;

	begin(argc, argv);
	make_file("none", 0);
	make_file("reading", 0400);
	CHECK(open(in_scratch("reading"), O_RDONLY) >= 0);
	expect("read", "ok", in_scratch("reading"));
	CHECK((open(in_scratch("reading"), O_WRONLY | O_APPEND) >= 0) == root);
	expect("append", outcome, in_scratch("reading"));
	expect_capability("DAC_OVERRIDE", "openat");
	CHECK((truncate(in_scratch("none"), 0) == 0) == root);
	expect("write", outcome, in_scratch("none"));
	expect_capability("DAC_OVERRIDE", "truncate");
	make_folder("folder");
	make_file("folder/file", 0600);
	CHECK(chmod(in_scratch("folder"), 0) == 0);
	expect("change-mode", "ok", in_scratch("folder"));
	CHECK((stat(in_scratch("folder/file"), &status) == 0) == root);
	expect("look", outcome, in_scratch("folder/file"));
	expect_capability("DAC_READ_SEARCH", "newfstatat");
	CHECK((unlink(in_scratch("folder/file")) == 0) == root);
	expect("delete", outcome, in_scratch("folder/file"));
	expect_capability("DAC_OVERRIDE", "unlink");
	CHECK(chmod(in_scratch("folder"), 0700) == 0);
	return finish();
}
