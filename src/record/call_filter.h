/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter under which a tracee stops by itself: RET_TRACE for every call but those that pass.
 *
 * Calls of other ABIs than the machine's own always stop. The kernel keeps in a bitmap which numbers pass whatever their
 * arguments (Linux 5.11), and asks the program about the rest: it finds a number by halving.
 */
#ifndef SNUG_RECORD_CALL_FILTER_H
#define SNUG_RECORD_CALL_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/syscall_access.h"

#define CALL_FILTER_MAX BPF_MAXINSNS

struct call_filter {
	struct sock_filter code[CALL_FILTER_MAX];
	size_t length;
};

/* What becomes of the calls of one number. */
struct call_decision {
	bool passes;
	/* It stops all the same when the conditions of one of these rows hold. */
	const struct syscall_access *const *unless;
	size_t unless_count;
	/* And unless those of one of these do; none = whatever its arguments. */
	const struct syscall_access *const *among;
	size_t among_count;
};

/* Asks once of each number of the native ABI, upwards. What finds no room stops, which is no harm. */
void call_filter_make(struct call_filter *filter, struct call_decision (*decide)(void *context, uint32_t number), void *context);

#endif
