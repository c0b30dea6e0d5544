/* SPDX-License-Identifier: Apache-2.0 */
/* Signals to oneself, to a child, to a group, to nobody; handlers, masks, queued values. */
#include "corpus.h"

static volatile sig_atomic_t seen;
static int ends[2];

static void handler(int number)
{
	seen = number;
}

static void child(void)
{
	sigset_t wanted;
	siginfo_t info;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR2);
	CHECK(write(ends[1], "x", 1) == 1);	/* audit knows who has made a call */
	for (;;) {
		CHECK(sigwaitinfo(&wanted, &info) == SIGUSR2 && info.si_value.sival_int == 7);
		CHECK(write(ends[1], "x", 1) == 1);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = handler };
	sigset_t blocked;
	char byte;
	pid_t pid;

	begin(argc, argv);
	CHECK(pipe(ends) == 0);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0 && seen == SIGUSR1);
	seen = 0;
	CHECK(kill(getpid(), SIGUSR1) == 0 && seen == SIGUSR1);
	CHECK(kill(getpid(), 0) == 0);
	CHECK_ERRNO(kill(getpid(), 999), EINVAL);	/* of no signal, so that nobody asks for a rule */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	CHECK(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		child();
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK(sigqueue(pid, SIGUSR2, (union sigval){ .sival_int = 7 }) == 0);
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK(kill(pid, SIGTERM) == 0);
	CHECK(status_of(pid) == 128 + SIGTERM);
	CHECK_ERRNO(kill(pid, SIGTERM), ESRCH);
	/* A group of its own, so that nobody else is hit. */
	CHECK(setpgid(0, 0) == 0);
	seen = 0;
	CHECK(kill(0, SIGUSR1) == 0 && seen == SIGUSR1);
	if (geteuid() != 0) {
		CHECK_ERRNO(kill(1, SIGTERM), EPERM);
		expect_row("signals", "number=term target=outside outcome=refused");
		expect_capability("KILL", "kill");
	}
	expect_row("signals", "number=usr1 target=self outcome=ok");
	expect_row("signals", "number=usr1 target=member outcome=ok");
	expect_row("signals", "number=exists target=self outcome=ok");
	expect_row("signals", "number=usr2 target=member outcome=ok");
	expect_row("signals", "number=term target=member outcome=ok");
	expect_row("signals", "number=term target=outside outcome=unknown");
	return finish();
}
