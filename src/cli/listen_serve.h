/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One time of listening: from a socket that is there to the last container that is told of, the command beside it, and what signals
 * ask of both. `snug listen` does it once, and again for each set of capabilities that is tried.
 *
 *	listening_open()	runtimes can connect
 *	listening_start()	the command runs, and containers are served
 *	listening_serve()	returns when it is over
 *	listening_close()	the socket goes, the last traces are written
 */
#ifndef SNUG_CLI_LISTEN_SERVE_H
#define SNUG_CLI_LISTEN_SERVE_H

#include <stdbool.h>

#include "cli/compose.h"
#include "cli/folder_owner.h"
#include "cli/invoker.h"
#include "cli/listen_base.h"
#include "cli/listen_check.h"
#include "cli/listen_command.h"
#include "cli/listen_container.h"
#include "cli/listen_minimize.h"
#include "snug/error.h"
#include "snug/listener.h"

struct listening {
	const char *folder;
	char *socket;			/* owned; absolute */
	char *named;			/* owned; how record.json names the socket */
	char *record;			/* owned; absolute path of record.json, lent to the command */
	struct compose_request project;
	struct compose compose;
	struct listen_minimize minimize;
	struct listen_base *base;	/* owned */
	struct listener *listener;	/* owned */
	struct listen_containers containers;
	const char *running;		/* id of a container that runs already, NULL = none is to be recorded */
	bool notifies_all;		/* every call is held, though tracing could tell of some */
	struct listen_command command;
	struct listen_check check;
	struct invoker invoker;
	struct folder_owner owner;	/* of `folder` */
	int lock_fd;			/* owned */
	int signal_fd;			/* owned */
	bool lost;			/* last traces were given up */
	bool ending;			/* asked to: over when the last container has ended */
	bool now;			/* over at once */
};

int listening_open(struct listening *listening, struct error *err);
int listening_start(struct listening *listening, struct error *err);
int listening_serve(struct listening *listening, struct error *err);
void listening_close(struct listening *listening);	/* of one that was not opened, too */

#endif
