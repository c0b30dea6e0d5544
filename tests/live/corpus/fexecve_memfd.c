/* SPDX-License-Identifier: Apache-2.0 */
/* A program without a name: copied into a memfd and executed by descriptor. */
#include <sys/mman.h>
#include <sys/sendfile.h>

#include "corpus.h"

static int program;

static void run(void)
{
	char *const arguments[] = { "anonymous", "child", NULL };
	char *const environment[] = { NULL };

	fexecve(program, arguments, environment);
	_exit(1);
}

int main(int argc, char **argv)
{
	struct stat status;
	int from;

	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return 0;
	from = open(self, O_RDONLY | O_CLOEXEC);
	CHECK(from >= 0 && fstat(from, &status) == 0);
	expect("read", "ok", self);
	program = memfd_create("snug", MFD_CLOEXEC);
	CHECK(program >= 0);
	CHECK(sendfile(program, from, NULL, (size_t)status.st_size) == status.st_size);
	in_child(run);
	return finish();
}
