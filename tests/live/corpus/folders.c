/* SPDX-License-Identifier: Apache-2.0 */
/* Reading folders and moving between them. */
#include <dirent.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	char cwd[PATH_MAX];
	struct dirent *entry;
	int count = 0, fd;
	DIR *stream;

	begin(argc, argv);
	make_folder("folder");
	make_file("folder/a", 0600);
	make_file("folder/b", 0600);
	stream = opendir(in_scratch("folder"));
	CHECK(stream);
	expect("read", "ok", in_scratch("folder"));
	while ((entry = readdir(stream)))
		count++;
	CHECK(count == 4);
	CHECK(closedir(stream) == 0);
	CHECK(chdir(in_scratch("folder")) == 0);
	expect("enter", "ok", in_scratch("folder"));
	CHECK(getcwd(cwd, sizeof(cwd)) && strcmp(cwd, in_scratch("folder")) == 0);
	fd = open("..", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0);
	expect("read", "ok", scratch);
	CHECK(fchdir(fd) == 0);
	expect("enter", "ok", scratch);
	CHECK_ERRNO(chdir("none"), ENOENT);
	expect("enter", "absent", in_scratch("none"));
	CHECK_ERRNO(chdir("folder/a"), ENOTDIR);
	expect("enter", "absent", in_scratch("folder/a"));
	return finish();
}
