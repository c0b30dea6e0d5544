/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snug listen --minimize-caps: which of the capabilities that the containers of a test are listed with it passes without.
 *
 * The test's command is run again, and the engine is asked for containers with fewer capabilities each time, all of them with
 * the same ones: by $SNUG_CAPABILITIES, which the command hands on, and by the override of a compose project. The listener sees what
 * each container was really given, so that a test that does not hand it on is no proof of anything. Nothing else of
 * these runs is kept.
 */
#ifndef SNUG_CLI_LISTEN_MINIMIZE_H
#define SNUG_CLI_LISTEN_MINIMIZE_H

#include <stddef.h>
#include <stdint.h>

#include "snug/error.h"
#include "snug/string_set.h"
#include "snug/text.h"

struct listen_minimize {
	const char *folder;	/* borrowed; the traces are there */
	struct string_set before;	/* owned; ids of runs that are none of the command's */
	size_t runs;		/* of the command, at most; 0 = nothing is tried */
	/* Does it pass with containers of this set? 1: yes; 0: no; negative: it cannot be tried. */
	int (*passes)(void *context, uint64_t set, struct error *err);
	void *context;
};

/* Before the command is run: what stands in the folder by then is not its work. */
int listen_minimize_begin(struct listen_minimize *minimize, struct error *err);
void listen_minimize_done(struct listen_minimize *minimize);

/* After the command has passed, recorded, and the traces are written. What was not needed becomes a fact of its runs; what came
 * of it is told on standard error. */
int listen_minimize(const struct listen_minimize *minimize, struct error *err);

/* Appends "--cap-drop=ALL --cap-add=CHOWN …". */
void listen_minimize_options(struct text *out, uint64_t set);

#endif
