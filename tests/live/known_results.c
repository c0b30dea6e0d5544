/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes calls whose results are known, as fast as it can, and says when one differs: what a container under a listener
 * must never see. Ends when /tmp/stop is there.
 *
 *	known_results PROCESSES THREADS
 *
 * /tmp/calls counts the rounds (8 bytes), for those who wait for progress; /tmp/made/ gets a new file now and then, so that a
 * trace can be held against what was done. The base profile has to refuse mkdir with ENOSPC.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64
#define FILES_MAX 200		/* of one thread */
#define ROUNDS_PER_FILE 20

static _Atomic unsigned long *calls;
static pid_t parent;
static int process;

static void expect(const char *what, long got, long want, int want_errno)
{
	int got_errno = errno;

	if (got == want && (got != -1 || got_errno == want_errno))
		return;
	printf("%s: %ld (%s) instead of %ld (%s)\n", what, got, strerror(got_errno), want, strerror(want_errno));
	exit(1);
}

static void read_known_file(void)
{
	char word[4] = "";
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	expect("open", fd < 0 ? -1 : 0, 0, 0);
	expect("read", read(fd, word, sizeof(word)), sizeof(word), 0);
	expect("what was read", memcmp(word, "root", sizeof(word)), 0, 0);
	expect("close", close(fd), 0, 0);
}

static void make_file(int thread, int number)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/made/%d.%d.%d", process, thread, number);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	expect("create", fd < 0 ? -1 : 0, 0, 0);
	close(fd);
}

static void *work(void *argument)
{
	int thread = (int)(long)argument, made = 0;

	for (unsigned long round = 0; access("/tmp/stop", F_OK) < 0; round++) {
		expect("getppid", getppid(), parent, 0);
		expect("open of nothing", open("/nowhere", O_RDONLY), -1, ENOENT);
		expect("mkdir", mkdir("/tmp/refused", 0700), -1, ENOSPC);
		expect("close of nothing", close(-1), -1, EBADF);
		read_known_file();
		if (round % ROUNDS_PER_FILE == 0 && made < FILES_MAX)
			make_file(thread, made++);
		atomic_fetch_add(calls, 1);
	}
	return NULL;
}

static void run_threads(int count)
{
	pthread_t threads[THREADS_MAX];

	for (int i = 0; i < count; i++)
		expect("pthread_create", pthread_create(&threads[i], NULL, work, (void *)(long)i), 0, 0);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	exit(0);
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 1, threads = argc > 2 ? atoi(argv[2]) : 1, status, failed = 0;
	int fd = open("/tmp/calls", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	setvbuf(stdout, NULL, _IOLBF, 0);
	expect("ftruncate", ftruncate(fd, sizeof(*calls)), 0, 0);
	calls = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	parent = getpid();
	for (process = 0; process < processes; process++)
		if (fork() == 0)
			run_threads(threads < THREADS_MAX ? threads : THREADS_MAX);
	while (wait(&status) > 0)
		failed |= status;
	puts(failed ? "failed" : "all as known");
	return failed != 0;
}
