/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate over every snug/NAME/: do the files follow from facts and rules, and do they cover what was recorded since?
 */
#ifndef SNUG_CLI_GATE_H
#define SNUG_CLI_GATE_H

#include <stdbool.h>

/* Prints the answer; returns the exit status. `recordings` is the folder of raw traces. */
int gate_run(const char *recordings, bool markdown);

#endif
