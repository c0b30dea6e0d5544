/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of the kernel's interfaces, and the words that people and profiles use for them.
 *
 * The words are those of AppArmor's grammar where it has one ("inet", "stream"), else the constant's name
 * in lower case without its prefix; capabilities and errnos in upper case as in capabilities(7) and errno(3).
 * A number without a word is written "#44" and read back, so that nothing is ever dropped.
 */
#ifndef SNUG_NAMES_H
#define SNUG_NAMES_H

#include <stdbool.h>

enum name_kind {
	NAME_FAMILY,		/* AF_INET: "inet" */
	NAME_SOCKET_TYPE,	/* SOCK_STREAM: "stream" */
	NAME_PROTOCOL,		/* IPPROTO_TCP: "tcp"; families other than inet and inet6 number their own */
	NAME_SIGNAL,		/* SIGTERM: "term"; SIGRTMIN+N: "rtmin+N" (kernel's 32 = rtmin+0) */
	NAME_CAPABILITY,	/* CAP_CHOWN: "CHOWN" */
	NAME_ERRNO,		/* ENOENT: "ENOENT" */
	NAME_KIND_MAX_,
};

#define NAME_LENGTH 32	/* bytes with the final NUL */

/* Writes the word for `value` to `name` and returns it. -1 is "unknown". */
const char *name_of(enum name_kind kind, int value, char name[static NAME_LENGTH]);

/* The number of a word that name_of() could have written; false when there is none. */
bool value_of(enum name_kind kind, const char *name, int *ret);

#endif
