/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storms of calls for the benchmark: one kind, as many as there can be, for a given time.
 *
 *	storm KIND WARM SECONDS		prints how many a second there were, after WARM seconds that do not count
 *
 * A vDSO clock says when it is over, so that the clock adds no call of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES 64	/* that are there, in the current folder, when a storm begins */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int call_getppid(unsigned int turn)
{
	(void)turn;
	return syscall(SYS_getppid) > 0 ? 0 : -1;
}

static void name_of(unsigned int turn, char name[static 16])
{
	snprintf(name, 16, "file-%u", turn % FILES);
}

/* One stat and one open in turn. */
static int look_at_file(unsigned int turn)
{
	char name[16];
	struct stat st;
	int fd;

	name_of(turn / 2, name);
	if (turn % 2)
		return stat(name, &st);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : close(fd);
}

static int run_program(unsigned int turn)
{
	static char *const command[] = { (char *)"/bin/true", NULL };
	int status;
	pid_t child = fork();

	(void)turn;
	if (child == 0) {
		execv(command[0], command);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static const struct kind {
	const char *name;
	int (*turn)(unsigned int turn);
	unsigned int between_looks;	/* turns from one look at the clock to the next */
} kinds[] = {
	{ "getppid", call_getppid, 1000 },
	{ "files", look_at_file, 20 },
	{ "programs", run_program, 1 },
};

/* Turns a second until `end`; negative after a turn that failed. */
static double storm_until(const struct kind *kind, double end)
{
	const double begin = now();
	unsigned int turns = 0;

	while (now() < end)
		for (unsigned int i = 0; i < kind->between_looks; i++)
			if (kind->turn(turns++) < 0)
				return -1;
	return turns / (now() - begin);
}

static int make_files(void)
{
	for (unsigned int i = 0; i < FILES; i++) {
		char name[16];
		int fd;

		name_of(i, name);
		fd = open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);	/* they may be another user's by now */
		if (fd < 0 || close(fd) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct kind *kind = NULL;
	double rate;

	for (size_t i = 0; argc == 4 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			kind = &kinds[i];
	if (!kind) {
		fprintf(stderr, "usage: storm getppid|files|programs WARM SECONDS\n");
		return 2;
	}
	if (make_files() < 0 || storm_until(kind, now() + strtod(argv[2], NULL)) < 0 ||
	    (rate = storm_until(kind, now() + strtod(argv[3], NULL))) < 0) {
		perror("storm");
		return 2;
	}
	printf("%.1f\n", rate);
	return 0;
}
