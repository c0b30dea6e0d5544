/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container runtimes call between loading the filter and starting the program.
 *
 * Measured: templates/baseline.csv says how, one row a fact; `make update-baselines` measures
 * anew and keeps what was there, since what Go's scheduler calls is a matter of chance.
 */
#ifndef SNUG_BASELINE_H
#define SNUG_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

struct baseline {
	const char *runtime;	/* "runc" */
	const char *version;	/* "1.1.5"; "*" = any, by chance */
	bool no_new_privs;	/* the container ran with it: the filter is then loaded later */
	const char *start;	/* "run", "tty", "create", "exec", "fail": how the container was started */
	const char *call;
	bool chance;		/* seen in some repetitions and not in others */
};

const struct baseline *baseline_at(size_t index);	/* NULL past the last row */

#endif
