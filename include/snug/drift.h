/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same work asked for in another way, because the libc, the language's runtime or the container's runtime is another one.
 *
 * Two tables, both with sources: calls that do each other's work, or that a libc makes of its own accord; and files that a
 * libc or its loader reads of its own accord. What programs do for themselves is in neither.
 */
#ifndef SNUG_DRIFT_H
#define SNUG_DRIFT_H

#include <stddef.h>

struct drift_call {
	const char *call;	/* that is asked for now */
	const char *before;	/* what did its work before; "*" = any program may come to it by its libc */
	const char *source;
};

struct drift_file {
	const char *path;	/* '#' stands for a number; one that ends in '/' for all below it */
	const char *source;
};

const struct drift_call *drift_call_at(size_t index);	/* NULL past the last row; sorted by call, then before */
const struct drift_file *drift_file_at(size_t index);	/* NULL past the last row; sorted by path */

#endif
