/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * 2,000 short processes, eight at a time, each with a call of its own. */
#include "corpus.h"

#define CHILDREN 2000
#define AT_ONCE 8

int main(int argc, char **argv)
{
	int running = 0, status;

	begin(argc, argv);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			if (i == CHILDREN - 1)
				CHECK_ERRNO(rmdir(in_scratch("last")), ENOENT);
			_exit(getppid() > 0 ? 0 : 1);
		}
		if (++running == AT_ONCE) {
			CHECK(wait(&status) > 0 && status == 0);
			running--;
		}
	}
	while (running-- > 0)
		CHECK(wait(&status) > 0 && status == 0);
	CHECK_ERRNO(wait(NULL), ECHILD);
	expect("delete", "absent", in_scratch("last"));
	return finish();
}
