/* SPDX-License-Identifier: Apache-2.0 */
/* Second names. */
#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_file("file", 0600);
	make_symlink("file", "symlink");
	enter_scratch();
	CHECK(link(in_scratch("file"), in_scratch("hard")) == 0);
	expect("link-from", "ok", in_scratch("file"));
	expect("link-to", "ok", in_scratch("hard"));
	/* link() does not follow, linkat with AT_SYMLINK_FOLLOW does. */
	CHECK(linkat(AT_FDCWD, "symlink", AT_FDCWD, "hard-symlink", 0) == 0);
	expect("link-from", "ok", in_scratch("symlink"));
	expect("link-to", "ok", in_scratch("hard-symlink"));
	CHECK(linkat(AT_FDCWD, "symlink", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW) == 0);
	expect("link-to", "ok", in_scratch("followed"));
	CHECK_ERRNO(link("file", "hard"), EEXIST);
	expect("look", "ok", in_scratch("file"));
	expect("look", "ok", in_scratch("hard"));
	CHECK_ERRNO(link("none", "some"), ENOENT);
	expect("link-from", "absent", in_scratch("none"));
	expect("link-to", "absent", in_scratch("some"));
	return finish();
}
