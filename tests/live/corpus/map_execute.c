/* SPDX-License-Identifier: Apache-2.0 */
/* Code from files: mmap with PROT_EXEC, and mprotect that adds it; anonymous memory that is written and executed. */
#include <sys/mman.h>

#include "corpus.h"

static void *map(const char *name, int protection)
{
	const char *path = make_file(name, 0700);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *at;

	CHECK(fd >= 0);
	expect("read", "ok", path);
	at = mmap(NULL, 4096, protection, MAP_PRIVATE, fd, 0);
	CHECK(at != MAP_FAILED);
	CHECK(close(fd) == 0);
	return at;
}

int main(int argc, char **argv)
{
	void *at;

	begin(argc, argv);
	map("plain", PROT_READ);
	map("code", PROT_READ | PROT_EXEC);
	expect("map-execute", "ok", in_scratch("code"));
	at = map("later", PROT_READ);
	CHECK(mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0);
	expect("map-execute", "ok", in_scratch("later"));
	at = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(at != MAP_FAILED);
	at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(at != MAP_FAILED && mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0);
	CHECK_ERRNO(mprotect((char *)at + 1, 4096, PROT_READ), EINVAL);
	expect_row("notes", "code=write-execute");
	return finish();
}
