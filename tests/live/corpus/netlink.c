/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink: ask the kernel for its interfaces. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)), .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .rtgen_family = AF_UNSPEC },
	};
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	char answer[16384];
	int fd;

	begin(argc, argv);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	CHECK(fd >= 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(send(fd, &request, request.header.nlmsg_len, 0) == (ssize_t)request.header.nlmsg_len);
	CHECK(recv(fd, answer, sizeof(answer), 0) > (ssize_t)sizeof(struct nlmsghdr));
	expect_row("network", "family=netlink type=raw outcome=ok acts=bind,create");
	return finish();
}
