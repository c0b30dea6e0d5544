/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the capabilities that a recording lists its command passes without, by trying: what `snug record --minimize-caps`
 * does, and what `snug listen --minimize-caps` (listen_minimize.h) has in common with it.
 */
#ifndef SNUG_CLI_MINIMIZE_CAPS_H
#define SNUG_CLI_MINIMIZE_CAPS_H

#include "cli/recording.h"
#include "snug/error.h"
#include "snug/minimise.h"
#include "snug/text.h"

#define MINIMIZE_RUNS 32	/* of the command, at most, unless --minimize-runs says otherwise */

/* After the command has passed, recorded. What it passes without goes into the run as a fact; what came of it, to standard
 * error. Negative when it could not be tried. */
int minimize_capabilities(struct recording *recording, char *const *command, size_t runs, struct error *err);

/* What the trace as it stands would have a container given; sets here are of 1 << CAP_*. */
uint64_t minimize_candidates(struct trace *trace);

/* Appends "CHOWN, SETUID", or "none". */
void minimize_list(struct text *out, uint64_t set);

/* What came of it, to standard error. */
void minimize_tell(enum minimised how, uint64_t before, uint64_t left, size_t tried);

/* That the whole command passed without each of `set`; into the run that `sink` is of. Returns what the sink does. */
int minimize_keep(const struct event_sink *sink, uint64_t set);

#endif
