/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * The first thread ends before the others, which go on and end the process. */
#include <pthread.h>
#include <time.h>

#include "corpus.h"

static void *last(void *argument)
{
	const struct timespec moment = { 0, 50000000 };

	(void)argument;
	nanosleep(&moment, NULL);
	CHECK_ERRNO(rmdir(in_scratch("none")), ENOENT);
	expect("delete", "absent", in_scratch("none"));
	exit(finish());
}

int main(int argc, char **argv)
{
	pthread_t thread;

	begin(argc, argv);
	CHECK(pthread_create(&thread, NULL, last, NULL) == 0);
	/* Not pthread_exit(), which loads libgcc first. */
	syscall(SYS_exit, 0);
	return 1;
}
