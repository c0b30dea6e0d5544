/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's audit records as they come, by one of two ways.
 *
 * Where no audit daemon runs, we are it: records come to us alone (unicast), the kernel keeps them while we are slow, and counts those
 * that it has to drop. Where one runs, we join the group that gets copies (multicast): what a slow reader misses there nobody counts, but
 * the socket says that something was.
 * The group's end is ours to show: a record that we write ourselves has to come back.
 */
#ifndef SNUG_RECORD_AUDIT_READER_H
#define SNUG_RECORD_AUDIT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/error.h"

#define AUDIT_RECORD_MAX 9216	/* bytes; MAX_AUDIT_MESSAGE_LENGTH and a header */

struct audit_reader {
	int fd;			/* owned */
	bool multicast;
	uint64_t overruns;	/* how often the socket's buffer was full: records were lost, nobody knows how many */
	uint64_t records;	/* that came */
};

#define AUDIT_READER_NONE { .fd = -1 }

/* `kernel`: see audit_kernel.h. To be closed, also on failure. */
int audit_reader_open(struct audit_reader *ret, int kernel, struct error *err);
void audit_reader_close(struct audit_reader *reader);

/*
 * The next record that is there: its type, AUDIT_*, and its words into `buffer`. Returns their length, 0 when none waits.
 * Never fails: a socket that is broken has no more records.
 */
size_t audit_reader_next(struct audit_reader *reader, char buffer[static AUDIT_RECORD_MAX], unsigned int *ret_type);

#endif
