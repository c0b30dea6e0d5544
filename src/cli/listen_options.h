/* SPDX-License-Identifier: Apache-2.0 */
/* What `snug listen` and `snug stop` agree on. */
#ifndef SNUG_CLI_LISTEN_OPTIONS_H
#define SNUG_CLI_LISTEN_OPTIONS_H

#include <signal.h>

/* Not SIGINT or SIGQUIT: a shell without job control starts what follows by '&' with these ignored. */
#define LISTEN_STOP SIGTERM		/* end when the containers have ended */
#define LISTEN_STOP_NOW SIGUSR1

#endif
