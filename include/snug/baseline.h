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
	const char *version;	/* "1.1.5"; "*" = any, read and not measured */
	bool no_new_privs;	/* the container ran with it: the filter is then loaded later */
	const char *start;	/* how the container was started: "run", "tty", "create", "exec", "userns", "fail",
				 * or "listen": what only bringing a listener its descriptor adds */
	const char *call;
	bool chance;		/* seen in some repetitions and not in others */
};

const struct baseline *baseline_at(size_t index);	/* NULL past the last row */

/* Was this call only ever seen where a runtime brings a listener its descriptor? No container without one needs it. */
bool baseline_is_for_listener(const char *call);

/* The newest version of a runtime that was measured, "1.3.6"; NULL if none was. */
const char *baseline_newest(const char *runtime);

/* Is a version such as "1.4.0+ds1" newer than any that was measured? Of a runtime that nobody measured, each is. */
bool baseline_lacks(const char *runtime, const char *version);

#endif
