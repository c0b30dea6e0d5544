/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long run in short: looks at PATHS different paths, then makes CALLS calls that are all alike.
 *
 *	long_run PATHS CALLS
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long paths = argc == 3 ? strtol(argv[1], NULL, 10) : 0, calls = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	struct stat st;

	for (long i = 0; i < paths; i++) {
		char name[64];

		snprintf(name, sizeof(name), "/nowhere/folder-%ld/a-file-%ld", i / 1000, i);
		if (stat(name, &st) == 0)
			return 1;
	}
	for (long i = 0; i < calls; i++)
		if (syscall(SYS_getppid) < 0)
			return 1;
	return 0;
}
