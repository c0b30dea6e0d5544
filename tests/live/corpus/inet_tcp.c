/* SPDX-License-Identifier: Apache-2.0 */
/* TCP over IPv4 and IPv6 loopback. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "corpus.h"

static void talk(int family, const struct sockaddr *loopback, socklen_t length)
{
	struct sockaddr_storage address;
	int server = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, IPPROTO_TCP), accepted, one = 1;
	struct pollfd wait = { .fd = server, .events = POLLIN };
	char text[8];

	CHECK(server >= 0 && client >= 0);
	CHECK(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	CHECK(bind(server, loopback, length) == 0);
	CHECK(listen(server, 4) == 0);
	CHECK(getsockname(server, (struct sockaddr *)&address, &length) == 0);
	CHECK(connect(client, (struct sockaddr *)&address, length) == 0);
	CHECK(poll(&wait, 1, -1) == 1);
	accepted = accept(server, (struct sockaddr *)&address, &length);
	CHECK(accepted >= 0);
	CHECK(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	CHECK(send(client, "hello", 5, MSG_NOSIGNAL) == 5);
	CHECK(recv(accepted, text, 5, MSG_WAITALL) == 5);
	CHECK(close(accepted) == 0 && close(client) == 0 && close(server) == 0);
}

int main(int argc, char **argv)
{
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in closed = four;
	socklen_t length = sizeof(closed);
	int fd;

	begin(argc, argv);
	talk(AF_INET, (const struct sockaddr *)&four, sizeof(four));
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&six, sizeof(six)) == 0) {
		talk(AF_INET6, (const struct sockaddr *)&six, sizeof(six));
		expect_row("network", "family=inet6 type=stream protocol=tcp outcome=ok bound=[::1]:0 "
			   "acts=accept,bind,connect,create,listen");
	} else if (fd >= 0) {
		expect_row("network", "family=inet6 type=stream protocol=tcp outcome=ok acts=create");
		expect_row("network", "family=inet6 type=stream protocol=tcp outcome=unknown acts=bind");
	} else {
		expect_row("network", "family=inet6 type=stream outcome=unknown acts=create");
	}
	/* A port that is bound and not listened on refuses. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(bind(fd, (const struct sockaddr *)&four, sizeof(four)) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&closed, &length) == 0);
	CHECK_ERRNO(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&closed, length), ECONNREFUSED);
	CHECK_ERRNO(bind(fd, (const struct sockaddr *)&four, 3), EINVAL);
	expect_row("network", "family=inet type=stream protocol=tcp outcome=ok bound=127.0.0.1:0 "
		   "acts=accept,bind,connect,create,listen");
	expect_row("network", "family=inet type=stream protocol=tcp outcome=unknown acts=bind,connect");
	return finish();
}
