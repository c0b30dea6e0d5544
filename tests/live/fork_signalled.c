/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks while a timer's signals arrive, whose handler has no SA_RESTART, and prints how many forks failed. The kernel
 * starts a fork again after a signal (kernel/fork.c, ERESTARTNOINTR), so that it is none, whoever watches.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS 200
#define PERIOD_US 200		/* about as long as a held call waits */

static void do_nothing(int number)
{
	(void)number;
}

static int failed;

/* The child ends at once: so it may be vfork()'s. */
static void expect_child(pid_t child)
{
	failed += child < 0;
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

int main(void)
{
	const struct sigaction action = { .sa_handler = do_nothing };
	const struct itimerval timer = { { 0, PERIOD_US }, { 0, PERIOD_US } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		expect_child(child);
		child = vfork();
		if (child == 0)
			_exit(0);
		expect_child(child);
	}
	printf("%d failed\n", failed);
	return 0;
}
