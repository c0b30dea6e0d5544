/* SPDX-License-Identifier: Apache-2.0 */
/* Calls newer than the libraries, and numbers that are none: recorded by number, never dropped. */
#include "corpus.h"

#define SYS_CACHESTAT 451	/* Linux 6.5 */
#define SYS_MSEAL 462		/* Linux 6.10 */
#define SYS_LISTXATTRAT 465	/* Linux 6.13 */

int main(int argc, char **argv)
{
	begin(argc, argv);
	CHECK(syscall(SYS_CACHESTAT, -1, NULL, NULL, 0) == -1 && (errno == EBADF || errno == EFAULT || errno == ENOSYS));
	CHECK(syscall(SYS_MSEAL, 1L, 4096L, 0L) == -1);
	CHECK(syscall(SYS_LISTXATTRAT, AT_FDCWD, in_scratch("none"), 0, NULL, 0L) == -1);
	if (errno == ENOENT)
		expect("look", "absent", in_scratch("none"));
	CHECK_ERRNO(syscall(9999), ENOSYS);
	CHECK_ERRNO(syscall(511), ENOSYS);
	CHECK_ERRNO(syscall(-5), ENOSYS);
	/* tuxcall and its like: named, never implemented. */
	CHECK_ERRNO(syscall(184), ENOSYS);
	/* A filter sees bit 30 of -5, too. */
	expect_row("notes", "code=abi-x32");
	return finish();
}
