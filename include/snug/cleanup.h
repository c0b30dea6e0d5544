/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Release by scope, and hand-over in plain sight.
 *
 *	auto_free char *path = strdup(...);	freed when `path` leaves scope
 *	auto_close int fd = open(...);		closed when `fd` leaves scope
 *	*ret = steal_ptr(path);			no longer ours
 *
 * Always initialise a variable that bears one of these.
 */
#ifndef SNUG_CLEANUP_H
#define SNUG_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Not named `cleanup`: jansson.h spells the attribute that way. */
#define CLEANUP(fn) __attribute__((__cleanup__(fn)))

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define auto_free CLEANUP(freep)
#define auto_close CLEANUP(closep)
#define auto_fclose CLEANUP(fclosep)

/* Give up ownership: yields the pointer and leaves NULL behind. */
#define steal_ptr(p) ({ __typeof__(p) steal_tmp_ = (p); (p) = NULL; steal_tmp_; })

/* Same for a file descriptor, leaving -1 behind. */
static inline int steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

/* Define `foo_freep()`, for `CLEANUP(foo_freep) struct foo *foo = NULL;` */
#define DEFINE_CLEANUP(type, fn) \
	static inline void fn##p(type *p) { if (*p) fn(*p); } \
	struct require_semicolon_

#endif
