/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of sockets, without what is only this machine's. */
#include "snug/endpoint.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/names.h"

#define EPHEMERAL_PORT 32768	/* Linux' ip_local_port_range begins there */
#define PORT_DIGITS 5
#define AUTOBIND_DIGITS 5	/* hex, of an abstract name that the kernel chose; unix(7) */
#define ID_LEAST 8		/* hex digits; shorter ones are words like "cafe1" */
#define DIGITS "0123456789"
#define HEX DIGITS "abcdef"

static const struct {
	const char *start;
	enum endpoint_host host;
} host_rows[] = {
	{ "0.0.0.0:", ENDPOINT_ANY },
	{ "127.", ENDPOINT_LOOPBACK },
	{ "[::1]:", ENDPOINT_LOOPBACK },
	{ "[::]:", ENDPOINT_ANY },
	{ "[::ffff:0.0.0.0]:", ENDPOINT_ANY },
	{ "[::ffff:127.", ENDPOINT_LOOPBACK },
};

static enum endpoint_host host_of(const char *address)
{
	for (size_t i = 0; i < ARRAY_SIZE(host_rows); i++)
		if (strncmp(address, host_rows[i].start, strlen(host_rows[i].start)) == 0)
			return host_rows[i].host;
	return ENDPOINT_OTHER;
}

struct endpoint endpoint_of(const char *address)
{
	const char *colon = address ? strrchr(address, ':') : NULL;
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	int port;

	if (digits == 0 || digits > PORT_DIGITS || colon[1 + digits])
		return (struct endpoint){ ENDPOINT_OTHER, ENDPOINT_NO_PORT };
	port = (int)strtol(colon + 1, NULL, 10);
	return (struct endpoint){ host_of(address), port < EPHEMERAL_PORT ? port : ENDPOINT_OWN_PORT };
}

void endpoint_words(struct text *out, struct endpoint endpoint, int family, int type, int protocol)
{
	bool named = protocol > 0 && endpoint.port != ENDPOINT_NO_PORT;
	char kind[NAME_LENGTH], family_name[NAME_LENGTH];

	name_of(named ? NAME_PROTOCOL : NAME_SOCKET_TYPE, named ? protocol : type, kind);
	if (endpoint.port == ENDPOINT_NO_PORT)
		text_printf(out, "%s %s", name_of(NAME_FAMILY, family, family_name), kind);
	else if (endpoint.port == ENDPOINT_OWN_PORT)
		text_printf(out, "a %s port of the kernel's choice", kind);
	else
		text_printf(out, "%s port %d", kind, endpoint.port);
}

/* How many bytes of a name a star stands for; 0 = none. `begins` says that no letter stands before them. */
static size_t varying_length(const char *p, bool begins)
{
	size_t hex = strspn(p, HEX);

	if (begins && hex >= ID_LEAST && !isalnum((unsigned char)p[hex]))
		return hex;
	return strspn(p, DIGITS);
}

void endpoint_abstract(struct text *out, const char *address)
{
	const char *p = address + 1;

	text_putc(out, '@');
	if (strlen(p) == AUTOBIND_DIGITS && strspn(p, HEX) == AUTOBIND_DIGITS)
		return;
	while (*p) {
		size_t length = varying_length(p, !isalnum((unsigned char)p[-1]));

		text_putc(out, length ? '*' : *p);
		p += length ?: 1;
	}
}
