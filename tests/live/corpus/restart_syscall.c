/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * A sleep that a stop interrupts goes on by restart_syscall for the time that is left. */
#include <poll.h>
#include <time.h>

#include "corpus.h"

static void sleeper(void)
{
	const struct timespec while_stopped = { 0, 200000000 };
	struct timespec start, end;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &start) == 0);
	CHECK(nanosleep(&while_stopped, NULL) == 0);
	CHECK(poll(NULL, 0, 200) == 0);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &end) == 0);
	CHECK((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000 >= 399);
}

int main(int argc, char **argv)
{
	const struct timespec moment = { 0, 60000000 };
	pid_t pid;

	begin(argc, argv);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		sleeper();
		_exit(0);
	}
	for (int i = 0; i < 3; i++) {
		nanosleep(&moment, NULL);
		CHECK(kill(pid, SIGSTOP) == 0);
		nanosleep(&moment, NULL);
		CHECK(kill(pid, SIGCONT) == 0);
	}
	CHECK(status_of(pid) == 0);
	expect_row("signals", "number=stop target=member outcome=ok");
	expect_row("signals", "number=cont target=member outcome=ok");
	return finish();
}
