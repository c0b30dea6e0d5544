/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same work asked for in another way, because the libc, the language's runtime or the container's runtime is another one.
 *
 * Three tables, all with sources: calls that do each other's work, or that a libc makes of its own accord; files that a libc or
 * its loader reads of its own accord, and sockets that it makes. What programs do for themselves is in neither.
 */
#ifndef SNUG_DRIFT_H
#define SNUG_DRIFT_H

#include <stddef.h>
#include <stdint.h>

struct drift_call {
	const char *call;	/* that is asked for now */
	const char *before;	/* what did its work before; "*" = any program may come to it by its libc */
	const char *source;
};

struct drift_file {
	const char *path;	/* '#' stands for a number; one that ends in '/' for all below it, one without for a library */
	const char *source;
};

struct drift_socket {
	const char *subject;	/* of a rule about sockets, or about the argument of socket(2) */
	uint32_t acts;		/* set of enum socket_act: no more than these */
	const char *source;
};

const struct drift_call *drift_call_at(size_t index);	/* NULL past the last row; sorted by call, then before */
const struct drift_file *drift_file_at(size_t index);	/* NULL past the last row; sorted by path */

const struct drift_socket *drift_socket_at(size_t index);	/* NULL past the last row; sorted by subject */

#endif
