/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * A child that is stopped and continued, seen by its parent as without a tracer. */
#include <time.h>

#include "corpus.h"

static void await(pid_t pid, int options, int code)
{
	siginfo_t info = { 0 };

	CHECK(waitid(P_PID, (id_t)pid, &info, options) == 0);
	CHECK(info.si_pid == pid && info.si_code == code);
}

static void tick(void)
{
	const struct timespec moment = { 0, 1000000 };

	for (;;)
		nanosleep(&moment, NULL);
}

int main(int argc, char **argv)
{
	const struct timespec moment = { 0, 20000000 };
	siginfo_t info = { 0 };
	pid_t pid;

	begin(argc, argv);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		tick();
	/* A group of its own is not an orphaned one, whose processes the terminal's signals do not stop: setpgid(2). */
	CHECK(setpgid(pid, pid) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(kill(pid, i == 1 ? SIGTSTP : SIGSTOP) == 0);
		await(pid, WSTOPPED, CLD_STOPPED);
		/* It stays stopped: nothing more to wait for. */
		nanosleep(&moment, NULL);
		CHECK(waitid(P_PID, (id_t)pid, &info, WCONTINUED | WEXITED | WNOHANG) == 0 && info.si_pid == 0);
		CHECK(kill(pid, SIGCONT) == 0);
		await(pid, WCONTINUED, CLD_CONTINUED);
	}
	CHECK(kill(pid, SIGSTOP) == 0);
	await(pid, WSTOPPED, CLD_STOPPED);
	CHECK(kill(pid, SIGKILL) == 0);
	await(pid, WEXITED, CLD_KILLED);
	expect_row("signals", "number=stop target=member outcome=ok");
	expect_row("signals", "number=stp target=member outcome=ok");	/* SIGTSTP, by AppArmor's name for it */
	expect_row("signals", "number=cont target=member outcome=ok");
	expect_row("signals", "number=kill target=member outcome=ok");
	return finish();
}
