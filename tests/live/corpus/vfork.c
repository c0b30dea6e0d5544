/* SPDX-License-Identifier: Apache-2.0 */
/* vfork: the parent stands still while the child runs on its memory, and goes on at exec or exit. */
#include "corpus.h"

int main(int argc, char **argv)
{
	char *const arguments[] = { argv[0], "child", NULL };
	char *const environment[] = { NULL };
	volatile int shared = 0;
	pid_t pid;

	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return 7;
	pid = vfork();
	CHECK(pid >= 0);
	if (pid == 0) {
		shared = 1;
		_exit(3);
	}
	CHECK(shared == 1 && status_of(pid) == 3);
	pid = vfork();
	CHECK(pid >= 0);
	if (pid == 0) {
		execve(self, arguments, environment);
		_exit(1);
	}
	CHECK(status_of(pid) == 7);
	return finish();
}
