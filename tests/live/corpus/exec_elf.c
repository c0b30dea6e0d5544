/* SPDX-License-Identifier: Apache-2.0 */
/* execve of this program itself, of one that is not there, and of one that may not. */
#include "corpus.h"

static char *const environment[] = { NULL };

static void run_self(void)
{
	execve(self, (char *[]){ (char *)self, "child", NULL }, environment);
	_exit(1);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return 0;
	in_child(run_self);
	CHECK_ERRNO(execve(in_scratch("none"), argv, environment), ENOENT);
	expect("execute,read", "absent", in_scratch("none"));
	make_file("plain", 0600);
	CHECK_ERRNO(execve(in_scratch("plain"), argv, environment), EACCES);
	expect("execute,read", "refused", in_scratch("plain"));
	make_file("noexec", 0700);
	CHECK_ERRNO(execve(in_scratch("noexec"), argv, environment), ENOEXEC);
	expect("execute,read", "unknown", in_scratch("noexec"));
	CHECK_ERRNO(execve(scratch, argv, environment), EACCES);
	expect("execute,read", "refused", scratch);
	return finish();
}
