/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * Children that SIGKILL hits in the middle of calls: blocked, busy, and just born. */
#include <time.h>

#include "corpus.h"

static void busy(void)
{
	for (;;)
		access("/", F_OK);
}

int main(int argc, char **argv)
{
	const struct timespec moment = { 0, 2000000 };
	int ends[2];
	char byte;

	begin(argc, argv);
	CHECK(pipe(ends) == 0);
	/* Seen once to its end: whether a kill hits the first of the children's calls is a matter of luck. */
	CHECK(access("/", F_OK) == 0);
	for (int i = 0; i < 60; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			if (i % 3 == 0)
				CHECK(read(ends[0], &byte, 1) == 1);
			busy();
		}
		if (i % 3)
			nanosleep(&moment, NULL);
		CHECK(kill(pid, SIGKILL) == 0);
		CHECK(status_of(pid) == 128 + SIGKILL);
	}
	expect("look", "ok", "/");
	expect_row("signals", "number=kill target=member outcome=ok");
	return finish();
}
