/* SPDX-License-Identifier: Apache-2.0 */
/* What another program has to say, within a time: engines and compose are asked, and may hang. */
#ifndef SNUG_CLI_PROGRAM_OUTPUT_H
#define SNUG_CLI_PROGRAM_OUTPUT_H

#include "cli/invoker.h"
#include "snug/text.h"

struct program_request {
	const char *const *argv;	/* NULL-terminated; found in PATH */
	const char *const *environment;	/* "NAME=VALUE" to set, NULL-terminated; NULL = as it is */
	const struct invoker *invoker;	/* whose it is to be; NULL = our own */
	int deadline_ms;		/* then it is killed, with all that it started in its process group */
};

/* Where the shell would find a program, administrators' folders behind those of PATH; owned by the caller, NULL when it does not. */
char *program_find(const char *name);

/* Appends what it printed to standard output; its standard error goes nowhere. Returns its exit status, 128+N for signal N, or a
 * negative errno: -ENOENT when there is no such program, -ETIMEDOUT. */
int program_output(const struct program_request *request, struct text *out);

#endif
