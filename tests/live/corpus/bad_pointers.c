/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers that lead nowhere: EFAULT, the call counted, no path made up. */
#include <sys/mman.h>
#include <sys/socket.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	char *nowhere = (char *)8, *edge;

	begin(argc, argv);
	CHECK_ERRNO(syscall(SYS_open, nowhere, O_RDONLY), EFAULT);
	CHECK_ERRNO(syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY), EFAULT);
	CHECK_ERRNO(syscall(SYS_stat, -1L, nowhere), EFAULT);
	CHECK_ERRNO(syscall(SYS_rename, nowhere, nowhere), EFAULT);
	CHECK_ERRNO(syscall(SYS_execve, nowhere, NULL, NULL), EFAULT);
	CHECK_ERRNO(syscall(SYS_bind, socket(AF_UNIX, SOCK_STREAM, 0), nowhere, 110), EFAULT);
	CHECK_ERRNO(syscall(SYS_openat2, AT_FDCWD, "x", nowhere, 24), EFAULT);
	CHECK_ERRNO(syscall(SYS_sendmsg, 0, nowhere, 0), ENOTSOCK);
	CHECK_ERRNO(syscall(SYS_clone3, nowhere, 88L), EFAULT);
	/* A string that runs into memory that is not there. */
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(edge != MAP_FAILED && munmap(edge + 4096, 4096) == 0);
	memset(edge, 'a', 4096);
	edge[0] = '/';
	CHECK_ERRNO(syscall(SYS_open, edge + 4000, O_RDONLY), EFAULT);
	CHECK_ERRNO(syscall(SYS_mkdir, edge + 4095, 0700), EFAULT);
	expect_row("sockets", "type=stream outcome=ok acts=create");
	return finish();
}
