/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which arguments of a call are worth ruling on.
 *
 * A seccomp filter sees registers and never memory, so a row is about a value
 * that stands in a register, comes from a small set, and decides what the call
 * may do: socket(AF_NETLINK, …) is another request than socket(AF_INET, …).
 * The one exception is clone3, whose flags are needed to rule on the clone that does its work.
 * The recorder reports the values under the row's mask; the policy compares under the same mask.
 */
#ifndef SNUG_SYSCALL_ARGUMENT_H
#define SNUG_SYSCALL_ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/arch.h"

/* The value stands in memory, 64 bits wide, where no filter can see it. */
#define ARGUMENT_POINTED_TO 8u

struct syscall_argument {
	const char *syscall;	/* name as in libseccomp */
	const char *name;	/* of the argument, as in the trace: "domain" */
	unsigned int index;	/* of the register, 0 to 5; ARGUMENT_POINTED_TO plus that of a pointer to it */
	uint64_t mask;		/* what the kernel looks at: 32 bits of an int, four of a socket's type */
	const char *abis;	/* NULL = every ABI; "s390x s390" only those; "!x86 s390" every other */
	const char *source;	/* manual page or kernel file */
};

/* The row of that name, NULL when the table has none for this ABI. */
const struct syscall_argument *syscall_argument_find(const struct arch *abi, const char *syscall,
						     const char *name);

/* The `index`-th row of the table, sorted by call, then by index; NULL past the last. */
const struct syscall_argument *syscall_argument_at(size_t index);

/* Does the row hold for this ABI? */
bool syscall_argument_applies(const struct syscall_argument *row, const struct arch *abi);

#endif
