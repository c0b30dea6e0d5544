/* SPDX-License-Identifier: Apache-2.0 */
/* A trace on one screen, for a person: what ran, what it needed, what deserves a second look. */
#ifndef SNUG_SUMMARY_H
#define SNUG_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/text.h"
#include "snug/trace.h"

struct summary_options {
	size_t columns;		/* of the screen; at least 40 */
	bool colour;
};

/* Appends lines to `out`. Whatever the recorded program wrote into the trace, nothing in them steers a terminal. */
void summary_write(struct trace *trace, const struct summary_options *options, struct text *out);

#endif
