/* SPDX-License-Identifier: Apache-2.0 */
/* execveat: by folder and name, by descriptor, and not through a symlink. */
#include "corpus.h"

static char *const environment[] = { NULL };
static int folder, program;

static void by_name(void)
{
	char *const arguments[] = { (char *)self, "child", NULL };

	syscall(SYS_execveat, folder, "link", arguments, environment, 0);
	_exit(1);
}

static void by_descriptor(void)
{
	char *const arguments[] = { (char *)self, "child", NULL };

	syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
	_exit(1);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return 0;
	make_symlink(self, "link");
	folder = open(scratch, O_PATH | O_CLOEXEC);
	CHECK(folder >= 0);
	expect("look", "ok", scratch);
	program = open(self, O_RDONLY | O_CLOEXEC);
	CHECK(program >= 0);
	expect("read", "ok", self);
	in_child(by_name);
	in_child(by_descriptor);
	CHECK_ERRNO(syscall(SYS_execveat, folder, "link", argv, environment, AT_SYMLINK_NOFOLLOW), ELOOP);
	expect("execute,read", "unknown", in_scratch("link"));
	CHECK_ERRNO(syscall(SYS_execveat, folder, "none", argv, environment, 0), ENOENT);
	expect("execute,read", "absent", in_scratch("none"));
	return finish();
}
