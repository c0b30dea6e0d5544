/* SPDX-License-Identifier: Apache-2.0 */
/* Unix sockets without a path: abstract names, pairs, messages with descriptors and with an address in sendmsg. */
#include <sys/socket.h>
#include <sys/un.h>

#include "corpus.h"

static void pass_descriptor(int from, int to)
{
	char byte = 'd', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = 1;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	CHECK(sendmsg(from, &message, 0) == 1);
	CHECK(recvmsg(to, &message, MSG_CMSG_CLOEXEC) == 1);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct mmsghdr messages[2] = { 0 };
	struct iovec data = { "m", 1 };
	int pair[2], server, client;
	socklen_t length;

	begin(argc, argv);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	pass_descriptor(pair[0], pair[1]);
	CHECK(shutdown(pair[0], SHUT_RDWR) == 0);

	length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			     (size_t)snprintf(address.sun_path + 1, 64, "snug-oracle-%u", geteuid()));
	server = socket(AF_UNIX, SOCK_DGRAM, 0);
	client = socket(AF_UNIX, SOCK_DGRAM, 0);
	CHECK(server >= 0 && client >= 0);
	CHECK(bind(server, (struct sockaddr *)&address, length) == 0);
	CHECK_ERRNO(bind(client, (struct sockaddr *)&address, length), EADDRINUSE);
	/* No name: the kernel chooses one. */
	CHECK(bind(client, (struct sockaddr *)&address, sizeof(sa_family_t)) == 0);
	for (int i = 0; i < 2; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &address, .msg_namelen = length,
						       .msg_iov = &data, .msg_iovlen = 1 };
	CHECK(sendmmsg(client, messages, 2, 0) == 2);
	CHECK(connect(client, (struct sockaddr *)&address, length) == 0);
	CHECK(getpeername(client, (struct sockaddr *)&address, &length) == 0);
	expect_row("sockets", "type=stream outcome=ok acts=create");
	expect_row("sockets", "type=dgram outcome=ok acts=bind,create");
	expect_row("sockets", "address=@snug-oracle-%u type=dgram outcome=ok acts=bind,connect", geteuid());
	expect_row("sockets", "address=@snug-oracle-%u type=dgram outcome=unknown acts=bind", geteuid());
	return finish();
}
