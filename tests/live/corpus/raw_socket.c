/* SPDX-License-Identifier: Apache-2.0 */
/* Raw and packet sockets: for root only. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	begin(argc, argv);
	if (geteuid() == 0) {
		CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0);
		CHECK(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) >= 0);
	} else {
		CHECK_ERRNO(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
		CHECK_ERRNO(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), EPERM);
	}
	expect_row("network", "family=inet type=raw protocol=icmp outcome=%s acts=create", geteuid() ? "refused" : "ok");
	expect_row("network", "family=packet type=raw outcome=%s acts=create", geteuid() ? "refused" : "ok");
	expect_capability("NET_RAW", "socket");
	return finish();
}
