/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that lie across pages, and that end with the last byte before unmapped memory. */
#include <sys/mman.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), length;
	char path[PATH_MAX], *room;

	begin(argc, argv);
	room = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(room != MAP_FAILED && munmap(room + 3 * page, page) == 0);
	for (size_t back = 1; back < 8; back++) {
		snprintf(path, sizeof(path), "%s/across-%zu", scratch, back);
		length = strlen(path);
		memcpy(room + page - length / 2 - back, path, length + 1);
		CHECK(mkdir(room + page - length / 2 - back, 0700) == 0);
		expect("create", "ok", path);
	}
	snprintf(path, sizeof(path), "%s/at-the-end", scratch);
	length = strlen(path) + 1;
	memcpy(room + 3 * page - length, path, length);
	CHECK(mkdir(room + 3 * page - length, 0700) == 0);
	expect("create", "ok", path);
	/* More than a page of it. */
	memset(path, '/', sizeof(path));
	memcpy(path, scratch, strlen(scratch));
	strcpy(path + PATH_MAX - 6, "/long");
	strcpy(room + 100, path);
	CHECK(mkdir(room + 100, 0700) == 0);
	expect("create", "ok", in_scratch("long"));
	return finish();
}
