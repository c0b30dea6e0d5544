/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: -m32
 * A 32-bit program: its calls have numbers and structures of their own. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	void *at;
	int fd;

	begin(argc, argv);
	make_file("file", 0600);
	make_symlink("file", "link");
	CHECK(stat(in_scratch("link"), &status) == 0 && status.st_size == 8);
	expect("look", "ok", in_scratch("file"));
	fd = open(in_scratch("link"), O_RDONLY);
	CHECK(fd >= 0);
	expect("read", "ok", in_scratch("file"));
	at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	CHECK(at != MAP_FAILED);
	expect("map-execute", "ok", in_scratch("file"));
	CHECK(truncate(in_scratch("file"), 3) == 0);
	expect("write", "ok", in_scratch("file"));
	CHECK_ERRNO(open(in_scratch("none"), O_RDWR), ENOENT);
	expect("read,write", "absent", in_scratch("none"));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", scratch);
	CHECK(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address)) == 0);
	expect("create,connect", "ok", in_scratch("s"));
	/* The way of the first 32-bit programs: a number inside socketcall. */
	CHECK(syscall(SYS_socketcall, 1, (long[]){ AF_UNIX, SOCK_DGRAM, 0 }) >= 0);
	CHECK_ERRNO(syscall(SYS_rmdir, in_scratch("none")), ENOENT);
	expect("delete", "absent", in_scratch("none"));
	expect_row("sockets", "type=stream outcome=ok acts=create");
	expect_row("sockets", "type=dgram outcome=ok acts=create");
	expect_row("sockets", "address=%s type=stream outcome=ok acts=bind", in_scratch("s"));
	expect_row("notes", "code=abi-x86");
	return finish();
}
