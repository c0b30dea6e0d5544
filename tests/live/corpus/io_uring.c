/* SPDX-License-Identifier: Apache-2.0 */
/* io_uring: its operations are no system calls. */
#include <linux/io_uring.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct io_uring_params parameters = { 0 };
	long fd;

	begin(argc, argv);
	fd = syscall(SYS_io_uring_setup, 4, &parameters);
	CHECK(fd >= 0 || errno == EPERM || errno == ENOSYS);
	if (fd >= 0) {
		CHECK(syscall(SYS_io_uring_enter, (int)fd, 0, 0, 0, NULL, 0) == 0);
		CHECK_ERRNO(syscall(SYS_io_uring_register, (int)fd, 999, NULL, 0), EINVAL);
	}
	CHECK_ERRNO(syscall(SYS_io_uring_setup, 0, &parameters), EINVAL);
	expect_row("notes", "code=io_uring");
	return finish();
}
