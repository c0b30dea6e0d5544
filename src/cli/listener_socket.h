/* SPDX-License-Identifier: Apache-2.0 */
/* Where a listener is found by those who bring containers to it. */
#ifndef SNUG_CLI_LISTENER_SOCKET_H
#define SNUG_CLI_LISTENER_SOCKET_H

#include "snug/error.h"

#define LISTENER_ROOT_FOLDER "/run/snug"	/* of root's socket */

/* The socket's path where nobody names one; owned by the caller. */
char *listener_default_socket(void);

/* Whether somebody listens there. The connection ends at once, which a listener takes for the question that it is. 0 or
 * -ENOTCONN. */
int listener_check(const char *socket, struct error *err);

#endif
