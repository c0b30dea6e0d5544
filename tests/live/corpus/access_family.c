/* SPDX-License-Identifier: Apache-2.0 */
/* access, faccessat and faccessat2: questions, never uses. */
#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	make_file("a", 0600);
	make_file("b", 0600);
	make_file("c", 0);
	make_symlink("a", "link");
	enter_scratch();
	CHECK(access(in_scratch("a"), R_OK | W_OK) == 0);
	expect("look", "ok", in_scratch("a"));
	CHECK(faccessat(AT_FDCWD, "b", F_OK, 0) == 0);
	expect("look", "ok", in_scratch("b"));
	CHECK(faccessat(AT_FDCWD, "link", F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	expect("look", "ok", in_scratch("link"));
	CHECK(faccessat(AT_FDCWD, "b", W_OK, AT_EACCESS) == 0);
	CHECK_ERRNO(access("c", X_OK), EACCES);
	expect("look", "refused", in_scratch("c"));
	CHECK_ERRNO(access("none", F_OK), ENOENT);
	expect("look", "absent", in_scratch("none"));
	CHECK_ERRNO(access("a", 0xff), EINVAL);
	expect("look", "unknown", in_scratch("a"));
	return finish();
}
