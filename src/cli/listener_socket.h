/* SPDX-License-Identifier: Apache-2.0 */
/* Where a listener is found by those who bring containers to it. */
#ifndef SNUG_CLI_LISTENER_SOCKET_H
#define SNUG_CLI_LISTENER_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "snug/error.h"

#define LISTENER_ROOT_FOLDER "/run/snug"	/* of root's socket */

/* The socket's path where nobody names one: in /run/snug as root, else in $XDG_RUNTIME_DIR/snug, else in /tmp/snug-UID. Owned
 * by the caller. */
char *listener_default_socket(void);

/* Makes the folder of that path. In one that somebody else can change, the socket could be theirs: refused. */
int listener_make_folder(const char *socket, struct error *err);

/* Whether somebody listens there. The connection ends at once, which a listener takes for the question that it is. 0 or
 * -ENOTCONN. */
/* Does it hold no call, so that a profile that notifies would leave its container without answers? */
bool listener_is_traced(const char *socket_path);

int listener_check(const char *socket, struct error *err);

/* Who is about to become a container's runtime. */
struct login_question {
	const char *id;
	const char *bundle;	/* folder of which the container is made; "" = a session in one that there is */
	const char *runtime;	/* file of the program; "" = not known */
};

/* Asks for the login uid by which audit is to know the container. Returns 1 when there is one, 0 when nobody who listens records it so. */
int listener_ask_login(const char *socket_path, const struct login_question *question, uint32_t *ret, struct error *err);

#endif
