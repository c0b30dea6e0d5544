/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the x32 ABI: ENOSYS where the kernel has none, answered where it does. */
#include "corpus.h"

#define X32_BIT 0x40000000

int main(int argc, char **argv)
{
	long pid;

	begin(argc, argv);
	pid = syscall(X32_BIT + SYS_getpid);
	CHECK(pid == getpid() || (pid == -1 && errno == ENOSYS));
	CHECK(syscall(X32_BIT + SYS_getppid) == getppid() || errno == ENOSYS);
	expect_row("notes", "code=abi-x32");
	return finish();
}
