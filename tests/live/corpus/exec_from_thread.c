/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * execve in a thread that is not the leader: the others die and the thread takes the leader's id. */
#include <pthread.h>
#include <stdatomic.h>

#include "corpus.h"

static atomic_int waiting;

/* When the others have had time to be where they end. */
static void *become(void *argument)
{
	char *const arguments[] = { (char *)self, "child", (char *)argument, NULL };
	char *const environment[] = { NULL };

	do
		usleep(50000);
	while (waiting < 4);
	execve(self, arguments, environment);
	_exit(1);
}

static void *wait_for_ever(void *argument)
{
	waiting++;
	for (;;)
		pause();
	return argument;
}

static void child(void)
{
	pthread_t threads[4];
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	for (int i = 0; i < 3; i++)
		CHECK(pthread_create(&threads[i], NULL, wait_for_ever, NULL) == 0);
	CHECK(pthread_create(&threads[3], NULL, become, pid) == 0);
	wait_for_ever(NULL);
}

int main(int argc, char **argv)
{
	char folder[PATH_MAX];

	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0) {
		/* The process kept its id, and its one thread is the leader now. */
		CHECK(getpid() == atoi(argv[2]) && syscall(SYS_gettid) == getpid());
		CHECK(getcwd(folder, sizeof(folder)));
		CHECK_ERRNO(rmdir("none"), ENOENT);
		return 0;
	}
	enter_scratch();
	in_child(child);
	expect("delete", "absent", in_scratch("none"));
	return finish();
}
