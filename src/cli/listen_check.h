/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `snug listen --check`: what the committed profiles would refuse of what was recorded just now.
 *
 * listen_check_begin() before the first container, listen_check_end() when the traces are written. Nothing is refused
 * meanwhile: the containers run as they do in any recording.
 */
#ifndef SNUG_CLI_LISTEN_CHECK_H
#define SNUG_CLI_LISTEN_CHECK_H

#include "cli/command.h"
#include "snug/map.h"

struct listen_check {
	const char *folder;	/* borrowed; where traces go; NULL = nothing is checked */
	struct map *before;	/* owned; path of a trace that was there → its struct stat */
};

void listen_check_begin(struct listen_check *check, const char *folder);

/* Prints the report. STATUS_FINE when the profiles allow all of it, STATUS_NO, or STATUS_TROUBLE. */
enum status listen_check_end(struct listen_check *check);

void listen_check_done(struct listen_check *check);

#endif
