/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that a profile rules on by default: a choice among those of syscall_argument.h.
 *
 * A ruling is worth its place where one call opens doors of very different kinds (socket, unshare), and safe
 * only where the value is the program's own choice, the same with or without a terminal, on another kernel,
 * at another moment. ioctl, fcntl, ptrace, setsockopt and mmap are recorded and not ruled on for that reason.
 */
#ifndef SNUG_RULING_H
#define SNUG_RULING_H

#include <stddef.h>
#include <stdint.h>

struct ruling {
	const char *call;
	const char *argument;	/* as in syscall_argument.h */
	uint64_t mask;		/* bits that are compared, a subset of the argument's; 0 = all of those */
	int names;		/* enum name_kind of the values, -1 = numbers */
	const char *why;	/* ends the sentence "the value decides …" */
	const char *source;
};

const struct ruling *ruling_of(const char *call);	/* NULL when the call is not ruled on */
const struct ruling *ruling_at(size_t index);		/* NULL past the last row; sorted by call */

#endif
