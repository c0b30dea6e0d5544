/* SPDX-License-Identifier: Apache-2.0 */
/* inotify: a watch on a folder and on a file. */
#include <sys/inotify.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	char room[4096];
	int fd, watch;

	begin(argc, argv);
	make_folder("folder");
	make_file("file", 0600);
	make_symlink("file", "link");
	fd = inotify_init1(IN_CLOEXEC);
	CHECK(fd >= 0);
	watch = inotify_add_watch(fd, in_scratch("folder"), IN_CREATE);
	CHECK(watch >= 0);
	expect("watch", "ok", in_scratch("folder"));
	make_file("folder/new", 0600);
	CHECK(read(fd, room, sizeof(room)) > (ssize_t)sizeof(struct inotify_event));
	CHECK(inotify_rm_watch(fd, watch) == 0);
	CHECK(inotify_add_watch(fd, in_scratch("link"), IN_MODIFY) >= 0);
	expect("watch", "ok", in_scratch("file"));
	CHECK(inotify_add_watch(fd, in_scratch("link"), IN_ATTRIB | IN_DONT_FOLLOW) >= 0);
	expect("watch", "ok", in_scratch("link"));
	CHECK_ERRNO(inotify_add_watch(fd, in_scratch("none"), IN_MODIFY), ENOENT);
	expect("watch", "absent", in_scratch("none"));
	return finish();
}
