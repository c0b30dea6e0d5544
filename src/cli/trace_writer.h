/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces of containers on their way to a disk that may be slow, or hang: in a process of its own, so that no answer to a
 * container waits for it.
 *
 * The process is a fork, and writes the trace as it is at that moment; what is learnt meanwhile is for the next time. One at a
 * time: all go to one folder, and who chooses a file there sees what the one before has written.
 */
#ifndef SNUG_CLI_TRACE_WRITER_H
#define SNUG_CLI_TRACE_WRITER_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/folder_owner.h"
#include "cli/trace_place.h"
#include "snug/error.h"
#include "snug/text.h"

struct trace_writer {
	pid_t pid;		/* 0 = nothing is being written */
	int fd;			/* owned; what the process has to say, and its end */
	struct text said;
};

#define TRACE_WRITER_IDLE { .fd = -1 }

static inline bool trace_writer_is_busy(const struct trace_writer *writer)
{
	return writer->pid != 0;
}

/* Begins to write, as `owner`. */
int trace_writer_start(struct trace_writer *writer, struct trace *trace, const struct trace_place *place,
		       const struct folder_owner *owner, struct error *err);

/* Waits up to `ms` for the end, 0 = not at all. -EAGAIN when it has not come. Else nothing is being written any more, and it
 * was written: 0 and the path, owned by the caller; or a negative errno. */
int trace_writer_take(struct trace_writer *writer, int ms, char **ret_path, struct error *err);

#endif
