/* SPDX-License-Identifier: Apache-2.0 */
/* Unix sockets with a path: stream and datagram, relative, refused and absent. */
#include <sys/socket.h>
#include <sys/un.h>

#include "corpus.h"

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	CHECK(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	return address;
}

static int new_socket(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	return fd;
}

static int call(int (*how)(int, const struct sockaddr *, socklen_t), int fd, const char *path)
{
	struct sockaddr_un address = address_of(path);

	return how(fd, (struct sockaddr *)&address, sizeof(address));
}

int main(int argc, char **argv)
{
	struct sockaddr_un address;
	int server, client, accepted;
	char byte;

	begin(argc, argv);
	enter_scratch();
	server = new_socket(SOCK_STREAM);
	CHECK(call(bind, server, "stream") == 0);
	CHECK(listen(server, 1) == 0);
	expect("create,connect", "ok", in_scratch("stream"));
	client = new_socket(SOCK_STREAM);
	make_symlink("stream", "link");
	CHECK(call(connect, client, "link") == 0);
	accepted = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	CHECK(accepted >= 0);
	CHECK(send(client, "x", 1, 0) == 1 && recv(accepted, &byte, 1, 0) == 1);
	CHECK_ERRNO(call(bind, new_socket(SOCK_STREAM), "stream"), EADDRINUSE);
	expect("create,connect", "unknown", in_scratch("stream"));

	server = new_socket(SOCK_DGRAM);
	CHECK(call(bind, server, "datagram") == 0);
	expect("create,connect", "ok", in_scratch("datagram"));
	address = address_of("datagram");
	CHECK(sendto(new_socket(SOCK_DGRAM), "y", 1, 0, (struct sockaddr *)&address, sizeof(address)) == 1);
	CHECK(recv(server, &byte, 1, 0) == 1 && byte == 'y');

	CHECK_ERRNO(call(connect, new_socket(SOCK_STREAM), "none"), ENOENT);
	expect("connect", "absent", in_scratch("none"));
	make_file("plain", 0600);
	CHECK_ERRNO(call(connect, new_socket(SOCK_STREAM), "plain"), ECONNREFUSED);
	expect("connect", "unknown", in_scratch("plain"));
	expect_row("sockets", "type=stream outcome=ok acts=create");
	expect_row("sockets", "type=dgram outcome=ok acts=create");
	expect_row("sockets", "address=%s type=stream outcome=ok acts=accept,bind,connect,listen", in_scratch("stream"));
	expect_row("sockets", "address=%s type=stream outcome=unknown acts=bind", in_scratch("stream"));
	expect_row("sockets", "address=%s type=dgram outcome=ok acts=bind,connect", in_scratch("datagram"));
	expect_row("sockets", "address=%s type=stream outcome=absent acts=connect", in_scratch("none"));
	expect_row("sockets", "address=%s type=stream outcome=unknown acts=connect", in_scratch("plain"));
	return finish();
}
