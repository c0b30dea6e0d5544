/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * 64 threads at once, each with calls and a file of its own. */
#include <pthread.h>

#include "corpus.h"

#define THREADS 64

static pthread_barrier_t barrier;

static void *work(void *argument)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/thread-%d", scratch, (int)(intptr_t)argument);
	pthread_barrier_wait(&barrier);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK(syscall(SYS_gettid) != getpid());
	CHECK(close(fd) == 0);
	CHECK(rename(path, path) == 0);
	return argument;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	char name[32];
	void *result;

	begin(argc, argv);
	CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
	for (intptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	for (intptr_t i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], &result) == 0 && result == (void *)i);
		snprintf(name, sizeof(name), "thread-%d", (int)i);
		expect("write,create,rename-from,rename-to", "ok", in_scratch(name));
	}
	return finish();
}
