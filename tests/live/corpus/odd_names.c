/* SPDX-License-Identifier: Apache-2.0 */
/* File names are bytes: newlines, quotes, globs, backslashes, control characters, what is not UTF-8, " (deleted)". */
#include "corpus.h"

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"new\nline", "quote\"s'", "glob*?[a]{b,c}", "back\\slash", "back\\x41slash", "tab\tand blank ", "\x01\x7f",
		"latin-\xe9", "half-\xc3", "overlong-\xc0\xaf", "surrogate-\xed\xa0\x80", "\xf0\x9f\xa7\xa3-emoji",
		"deleted (deleted)", "^,#@{x}", "-", "\xff\xfe", "percent%s%n", "...",
	};

	begin(argc, argv);
	enter_scratch();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		make_file(names[i], 0600);
		CHECK(access(names[i], R_OK) == 0);
		expect("look", "ok", in_scratch(names[i]));
		CHECK(unlink(names[i]) == 0);
		expect("delete", "ok", in_scratch(names[i]));
	}
	CHECK_ERRNO(access("no\nsuch\xff", R_OK), ENOENT);
	expect("look", "absent", in_scratch("no\nsuch\xff"));
	CHECK_ERRNO(access("", R_OK), ENOENT);
	return finish();
}
