/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command of `snug listen -- COMMAND`: it starts when the listener is ready, as the person who asked, and its status is ours.
 */
#ifndef SNUG_CLI_LISTEN_COMMAND_H
#define SNUG_CLI_LISTEN_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "cli/invoker.h"
#include "snug/error.h"

struct listen_command {
	char *const *argv;		/* NULL = there is none */
	const struct invoker *invoker;	/* borrowed */
	const sigset_t *mask;		/* borrowed; what it is to have blocked */
	const char *record;		/* borrowed; SNUG_RECORD: absolute path of record.json; NULL = none is needed */
	const char *compose_file;	/* COMPOSE_FILE; NULL = left as it is */
	const char *capabilities;	/* SNUG_CAPABILITIES: options of an engine that limit a container; NULL = none */
	pid_t pid;			/* 0 = not started, or it has ended */
	int status;			/* as a shell would see it */
};

int listen_command_start(struct listen_command *command, struct error *err);

/* After SIGCHLD. Returns true when the command has ended just now. */
bool listen_command_reap(struct listen_command *command);

/* Passes a signal on, unless the terminal has sent it to the command too. */
void listen_command_signal(const struct listen_command *command, const struct signalfd_siginfo *info);

#endif
