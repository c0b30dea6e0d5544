/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes moved inside the kernel: sendfile, splice, tee, vmsplice, copy_file_range; and vectors. */
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct iovec data = { "0123456789abcdef", 16 };
	int from, to, ends[2], others[2];
	char room[16];
	off_t start = 0;

	begin(argc, argv);
	make_file("from", 0600);
	make_file("to", 0600);
	from = open(in_scratch("from"), O_RDWR | O_CLOEXEC);
	to = open(in_scratch("to"), O_RDWR | O_CLOEXEC);
	CHECK(from >= 0 && to >= 0);
	expect("read,write", "ok", in_scratch("from"));
	expect("read,write", "ok", in_scratch("to"));
	CHECK(writev(from, &data, 1) == 16);
	CHECK(pwrite(from, "zz", 2, 0) == 2 && pread(from, room, 2, 0) == 2 && room[0] == 'z');
	data = (struct iovec){ room, 16 };
	CHECK(preadv2(from, &data, 1, 0, 0) == 16);
	CHECK(sendfile(to, from, &start, 16) == 16);
	CHECK(pipe2(ends, O_CLOEXEC) == 0 && pipe2(others, O_CLOEXEC) == 0);
	start = 0;
	CHECK(splice(from, &start, ends[1], NULL, 8, 0) == 8);
	CHECK(tee(ends[0], others[1], 8, 0) == 8);
	CHECK(vmsplice(others[1], &data, 1, 0) == 16);
	start = 0;
	CHECK(copy_file_range(from, &start, to, NULL, 8, 0) == 8);
	CHECK(fsync(to) == 0 && fdatasync(to) == 0 && posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED) == 0);
	CHECK(lseek(to, 0, SEEK_SET) == 0);
	return finish();
}
