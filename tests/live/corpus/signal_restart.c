/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * A handler that runs during a blocked read: with SA_RESTART the read goes on, without it ends in EINTR. */
#include <sys/time.h>

#include "corpus.h"

static int ends[2];
static volatile sig_atomic_t count;

static void count_signal(int number)
{
	(void)number;
	if (++count == 3 && write(ends[1], "x", 1) != 1)
		_exit(1);
}

static ssize_t blocked_read(int flags)
{
	struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };
	const struct itimerval soon = { { 0, 20000 }, { 0, 20000 } }, off = { { 0, 0 }, { 0, 0 } };
	ssize_t result;
	char byte;
	int error;

	count = 0;
	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	result = read(ends[0], &byte, 1);
	error = errno;
	CHECK(setitimer(ITIMER_REAL, &off, NULL) == 0);
	errno = error;
	return result;
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	CHECK(pipe(ends) == 0);
	CHECK(blocked_read(SA_RESTART) == 1 && count >= 3);
	CHECK(blocked_read(0) == -1 && errno == EINTR && count >= 1);
	return finish();
}
