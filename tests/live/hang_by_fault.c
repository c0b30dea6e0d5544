/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a path that lies in a page which never comes: whoever reads it hangs as we do.
 *
 *	hang_by_fault FILE	of a file system that does not answer
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	char *path = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (fd < 0 || path == MAP_FAILED) {
		perror("hang_by_fault");
		return 1;
	}
	puts("up");
	fflush(stdout);
	return open(path, O_RDONLY | O_CLOEXEC) < 0;
}
