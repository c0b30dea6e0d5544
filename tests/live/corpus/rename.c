/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of a rename; RENAME_EXCHANGE and RENAME_NOREPLACE. */
#include "corpus.h"

int main(int argc, char **argv)
{
	int folder;

	begin(argc, argv);
	make_file("a", 0600);
	make_file("b", 0600);
	make_folder("folder");
	make_symlink("a", "link");
	CHECK(rename(in_scratch("a"), in_scratch("a2")) == 0);
	expect("rename-from", "ok", in_scratch("a"));
	expect("rename-to", "ok", in_scratch("a2"));
	/* Over a file that is there; and the link itself, not what it points to. */
	CHECK(rename(in_scratch("link"), in_scratch("b")) == 0);
	expect("rename-from", "ok", in_scratch("link"));
	expect("rename-to", "ok", in_scratch("b"));
	folder = open(in_scratch("folder"), O_PATH);
	CHECK(folder >= 0);
	expect("look", "ok", in_scratch("folder"));
	CHECK(renameat(AT_FDCWD, in_scratch("a2"), folder, "a3") == 0);
	expect("rename-from", "ok", in_scratch("a2"));
	expect("rename-to", "ok", in_scratch("folder/a3"));
	make_file("x", 0600);
	make_file("y", 0600);
	CHECK(renameat2(AT_FDCWD, in_scratch("x"), AT_FDCWD, in_scratch("y"), RENAME_EXCHANGE) == 0);
	expect("rename-from,rename-to", "ok", in_scratch("x"));
	expect("rename-from,rename-to", "ok", in_scratch("y"));
	CHECK_ERRNO(renameat2(AT_FDCWD, in_scratch("x"), AT_FDCWD, in_scratch("y"), RENAME_NOREPLACE), EEXIST);
	expect("look", "ok", in_scratch("x"));
	expect("look", "ok", in_scratch("y"));
	CHECK_ERRNO(rename(in_scratch("none"), in_scratch("other")), ENOENT);
	expect("rename-from", "absent", in_scratch("none"));
	expect("rename-to", "absent", in_scratch("other"));
	CHECK_ERRNO(rename(in_scratch("folder"), in_scratch("folder/below")), EINVAL);
	expect("rename-from", "unknown", in_scratch("folder"));
	expect("rename-to", "unknown", in_scratch("folder/below"));
	return finish();
}
