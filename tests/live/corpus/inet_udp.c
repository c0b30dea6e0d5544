/* SPDX-License-Identifier: Apache-2.0 */
/* UDP: bound, sent to, connected; and families that are not there. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int server, client;
	char byte;

	begin(argc, argv);
	server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
	CHECK(server >= 0 && client >= 0);
	CHECK(bind(server, (struct sockaddr *)&address, length) == 0);
	CHECK(getsockname(server, (struct sockaddr *)&address, &length) == 0);
	CHECK(sendto(client, "u", 1, 0, (struct sockaddr *)&address, length) == 1);
	CHECK(recvfrom(server, &byte, 1, 0, (struct sockaddr *)&address, &length) == 1 && byte == 'u');
	CHECK(connect(client, (struct sockaddr *)&address, length) == 0);
	CHECK_ERRNO(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), EPROTONOSUPPORT);
	CHECK_ERRNO(socket(63, SOCK_DGRAM, 0), EAFNOSUPPORT);
	expect_row("network", "family=inet type=dgram protocol=udp outcome=ok bound=127.0.0.1:0 acts=bind,connect,create");
	expect_row("network", "family=inet type=dgram protocol=tcp outcome=unknown acts=create");
	expect_row("network", "family=#63 type=dgram outcome=unknown acts=create");
	return finish();
}
