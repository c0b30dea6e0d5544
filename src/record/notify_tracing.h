/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's tracing beside the notifications of a container: which capabilities the kernel itself asked for.
 *
 *	notify_tracing_new()		stands between the container's journal and its sink
 *	notify_tracing_begin()		from now on what is inferred of capabilities is held back
 *	notify_tracing_joins()		while a process's execve() is held: the runtime's last call, so that nothing of the program
 *					is missed, and nothing of the runtime taken for it
 *	notify_tracing_end()		reads the rest; if a check may have been missed, what was held back goes out after all
 *
 * One session serves all containers of a listener.
 */
#ifndef SNUG_RECORD_NOTIFY_TRACING_H
#define SNUG_RECORD_NOTIFY_TRACING_H

#include <stdbool.h>
#include <sys/types.h>

#include "record/tracefs.h"
#include "snug/event.h"

struct notify_tracing;

/* `sink` is copied; its context must live as long. */
struct notify_tracing *notify_tracing_new(const struct event_sink *sink);

/* For what the notifications tell. */
struct event_sink notify_tracing_sink(struct notify_tracing *tracing);

/* The checks go into `checks`. `tracefs` is borrowed; NULL: there is none, and all passes. */
void notify_tracing_begin(struct notify_tracing *tracing, struct tracefs *tracefs, const struct event_sink *checks);

/* The process `pid`, and all that it will start. */
void notify_tracing_joins(struct notify_tracing *tracing, pid_t pid);

/* The container's processes are gone, or it is recorded no longer. Frees; returns 0 or a sink's negative errno. */
int notify_tracing_end(struct notify_tracing *tracing);

#endif
