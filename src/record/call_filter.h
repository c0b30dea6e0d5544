/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter under which a tracee stops by itself: RET_TRACE for every call but those that pass.
 *
 * Calls of other ABIs than the machine's own always stop. The kernel keeps in a bitmap which numbers pass whatever their
 * arguments (Linux 5.11), so that the length of the program does not matter to those.
 */
#ifndef SNUG_RECORD_CALL_FILTER_H
#define SNUG_RECORD_CALL_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/syscall_access.h"

#define CALL_FILTER_MAX BPF_MAXINSNS

struct call_filter {
	struct sock_filter code[CALL_FILTER_MAX];
	size_t length;
};

void call_filter_begin(struct call_filter *filter);
void call_filter_pass(struct call_filter *filter, uint32_t number);	/* of the native ABI; no room is no harm: it stops */
/* It stops when the conditions of one of these rows hold. */
void call_filter_pass_unless(struct call_filter *filter, uint32_t number, const struct syscall_access *const *rows, size_t count);
void call_filter_end(struct call_filter *filter);

#endif
