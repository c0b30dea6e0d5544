/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * Signals to what has ended but has not been waited for, and to a group whose leader is gone. */
#include "corpus.h"

static int ends[2], idle[2];

static void lead_a_group(void)
{
	CHECK(setpgid(0, 0) == 0);
	if (fork() == 0) {
		char byte;

		CHECK(write(ends[1], "", 1) == 1);
		CHECK(read(idle[0], &byte, 1) == 1);	/* for ever: a call that the parent makes, too */
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	siginfo_t ended;
	char byte;
	pid_t pid;

	begin(argc, argv);
	CHECK(pipe(ends) == 0 && pipe(idle) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(0);
	CHECK(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) == 0);
	CHECK(kill(pid, SIGUSR1) == 0);
	CHECK(status_of(pid) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		lead_a_group();
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK(status_of(pid) == 0);
	CHECK(kill(-pid, SIGTERM) == 0);
	expect_row("signals", "number=usr1 target=member outcome=ok");
	expect_row("signals", "number=term target=member outcome=ok");
	return finish();
}
