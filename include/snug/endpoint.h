/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a socket's address is the same on every machine and on every day: whether it is of the loopback
 * network, and the port, unless the kernel chose that; of an abstract name what is no number.
 */
#ifndef SNUG_ENDPOINT_H
#define SNUG_ENDPOINT_H

#include "snug/text.h"

enum endpoint_host {
	ENDPOINT_ANY,		/* 0.0.0.0, [::]: every address that the machine has */
	ENDPOINT_LOOPBACK,
	ENDPOINT_OTHER,
};

#define ENDPOINT_NO_PORT (-1)	/* not of a family that has ports, or not known */
#define ENDPOINT_OWN_PORT 0	/* of the kernel's choice */

struct endpoint {
	enum endpoint_host host;
	int port;
};

/* From "10.0.0.1:80", "[::1]:80"; NULL is an address that is not known. */
struct endpoint endpoint_of(const char *address);

/* "tcp port 80", "a udp port of the kernel's choice", "netlink raw": what a socket of these numbers reaches there. */
void endpoint_words(struct text *out, struct endpoint endpoint, int family, int type, int protocol);

/* Of "@app-4242", an abstract name of a unix socket, "@app-*": a star for each number and each word of hex digits, as process
 * ids, cookies and ids of containers are; "@" for a name of the kernel's choice. Done again, nothing changes. */
void endpoint_abstract(struct text *out, const char *address);

#endif
