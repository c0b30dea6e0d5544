/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run on its way into a trace file: what `record` and `listen` have in common.
 *
 *	recording_begin() → events by recording_sink() → recording_checkpoint() now and then → recording_end() → recording_done()
 */
#ifndef SNUG_CLI_RECORDING_H
#define SNUG_CLI_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "snug/event.h"
#include "snug/trace.h"

struct recording {
	struct trace *trace;		/* owned */
	struct trace_run *run;		/* borrowed from the trace; the caller fills in what it knows */
	const char *output;		/* borrowed; "-" = standard output, NULL = somebody else writes it */
	uint64_t start_ms, checkpoint_ms;	/* CLOCK_MONOTONIC */
	uint64_t interval_ms;		/* between checkpoints, 0 = none */
	time_t since;			/* when it began, for who goes on with a recording; 0 = now */
	uint32_t random;		/* with `since`: tells it apart from others of that second */
	bool changed;			/* since the last one */
};

/* Starts a run with what is known of this machine and moment. `recording->output`, `interval_ms` and `since` are set
 * before. */
void recording_begin(struct recording *recording, const char *recorder);

/* Where the run's events go; `recording` must stay where it is. */
struct event_sink recording_sink(struct recording *recording);

/* Is it time to write the trace, and is there news? A crash then loses seconds and never the file. Who is told so writes it. */
bool recording_is_due(struct recording *recording);

/* Writes the trace if it is due. */
void recording_checkpoint(struct recording *recording);

/* Ends the run. */
void recording_close(struct recording *recording, bool complete);

/* Ends the run and writes the trace. */
int recording_end(struct recording *recording, bool complete, struct error *err);

void recording_done(struct recording *recording);

/* "untraced-child (unknown), unknown-abi (3)"; owned by the caller, "" when nothing was lost. */
char *recording_losses(const struct recording *recording);

/* What to do about them; NULL when the trace's notes tell all that there is to say. */
const char *recording_remedy(const struct recording *recording);

#endif
