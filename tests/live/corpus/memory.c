/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: brk, mremap, madvise, mlock, msync, mincore, membarrier, memory that is kept secret. */
#include <sys/mman.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	unsigned char resident[4];
	char *at, *moved;
	long end;

	begin(argc, argv);
	end = syscall(SYS_brk, 0);
	CHECK(syscall(SYS_brk, end + 65536) == end + 65536);
	at = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(at != MAP_FAILED);
	at[0] = 1;
	moved = mremap(at, 16384, 1 << 20, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved[0] == 1);
	CHECK(madvise(moved, 4096, MADV_DONTNEED) == 0 && moved[0] == 0);
	CHECK(mlock(moved, 4096) == 0 && munlock(moved, 4096) == 0);
	CHECK(msync(moved, 4096, MS_SYNC) == 0);
	CHECK(mincore(moved, 16384, resident) == 0);
	CHECK_ERRNO(mremap((void *)4096, 4096, 8192, 0), EFAULT);
	CHECK(syscall(SYS_membarrier, 0, 0, 0) >= 0 || errno == ENOSYS);
	CHECK(syscall(SYS_memfd_secret, 0) >= 0 || errno == ENOSYS);
	CHECK(munmap(moved, 1 << 20) == 0);
	return finish();
}
