/* SPDX-License-Identifier: Apache-2.0 */
/* int 0x80 from 64-bit code: the calls of the 32-bit ABI, beside those of the 64-bit one. */
#include <sys/mman.h>

#include "corpus.h"

#define I386_GETPID 20
#define I386_RMDIR 40
#define I386_MKDIR 39

static long call_32(long number, long first, long second)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

int main(int argc, char **argv)
{
	char *low;

	begin(argc, argv);
	CHECK(call_32(I386_GETPID, 0, 0) == getpid());
	/* A pointer of 32 bits needs memory that it reaches. */
	low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	CHECK(low != MAP_FAILED);
	snprintf(low, 8192, "%s/by-int-80", scratch);
	CHECK(call_32(I386_MKDIR, (long)low, 0700) == 0);
	expect("create", "ok", in_scratch("by-int-80"));
	CHECK(call_32(I386_RMDIR, (long)low, 0) == 0);
	expect("delete", "ok", in_scratch("by-int-80"));
	CHECK(call_32(I386_RMDIR, (long)low, 0) == -ENOENT);
	expect("delete", "absent", in_scratch("by-int-80"));
	expect_row("notes", "code=abi-x86");
	return finish();
}
