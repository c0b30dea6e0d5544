/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes every call of a list, and uses a list of paths, from many threads: generator TAG THREADS PATHS
 *
 * calls.inc is made by generator.test from the record profile. Each call gets arguments that no call takes: it is made, and does
 * nothing. `generator list` prints the calls, one a line.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	long number;
	const char *name;
} calls[] = {
#include "calls.inc"
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

static const char *tag;
static long threads, paths;

/* Thread T of N takes every N-th call, in turns with its own paths: half of them are not there, half are made. */
static void *generate(void *index)
{
	long own = (long)index;
	size_t call = (size_t)own;

	for (long path = 0; path < paths || call < CALLS; path++) {
		char name[256];
		int fd;

		if (call < CALLS)
			syscall(calls[call].number, -1L, -1L, -1L, -1L, -1L, -1L);
		call += (size_t)threads;
		if (path >= paths)
			continue;
		snprintf(name, sizeof(name), "/tmp/%s-%ld-%ld", tag, own, path);
		fd = path % 2 ? open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : open(name, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t *started;

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < CALLS; i++)
			puts(calls[i].name);
		return 0;
	}
	if (argc != 4)
		return 2;
	tag = argv[1];
	threads = strtol(argv[2], NULL, 10);
	paths = strtol(argv[3], NULL, 10);
	started = calloc((size_t)threads, sizeof(*started));
	for (long i = 0; i < threads; i++)
		if (!started || pthread_create(&started[i], NULL, generate, (void *)i) != 0)
			return 1;
	for (long i = 0; i < threads; i++)
		pthread_join(started[i], NULL);
	return 0;
}
