/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that do the work of another one, when that is not answered as it was in the recording.
 *
 * A libc that is told ENOSYS (by an older kernel, by a runtime whose libseccomp does not know the call, by a
 * profile) tries the older call. A signal turns a call that waits into another one; who
 * finds a lock taken or a child still running, waits. And where no clock source
 * serves the vDSO, what it answered becomes a call. None of it shows in a recording where it did not happen.
 */
#ifndef SNUG_FALLBACK_H
#define SNUG_FALLBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fallback {
	const char *call;	/* "*" = whatever was observed */
	const char *instead;
	uint64_t unless;	/* not 0: `call` is answered with ENOSYS although it was observed, since a filter cannot see
				 * what it is asked; unless it was asked for one of these bits, which `instead` does not know */
	const char *source;
	bool follows;		/* `instead` is no way to do without `call`: it comes after it, by chance of signals or timing */
};

/* Does whoever is told ENOSYS by `call` try `instead`? Else the one follows from the other. */
bool fallback_replaces(const struct fallback *row);

const struct fallback *fallback_at(size_t index);	/* NULL past the last row; sorted by call, then instead */

/* The row of a call that a profile answers with ENOSYS although it was observed; NULL for any other. */
const struct fallback *fallback_refused(const char *call);

#endif
