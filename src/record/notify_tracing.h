/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's tracing beside the notifications of a container: which capabilities the kernel itself asked for, what calls led
 * to, and calls that are not notified.
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

/* What tracing tells goes into `told`: the checks, and with `calls` the calls, of which nobody else tells: then what is missed of them
 * is a loss. `tracefs` is borrowed; NULL: there is none, and all that is notified passes. */
void notify_tracing_begin(struct notify_tracing *tracing, struct tracefs *tracefs, bool calls, const struct event_sink *told);

/* The process `pid`, and all that it will start. */
void notify_tracing_joins(struct notify_tracing *tracing, pid_t pid);

/* A process of it waits before its execve() of this program, by a path as it passes it. */
void notify_tracing_executes(struct notify_tracing *tracing, pid_t pid, const char *program);

/* It has made a call of another ABI, which was notified. */
void notify_tracing_meets_foreign(struct notify_tracing *tracing);

/* The same after the death of the worker that knew: `pid`, and what it has started. 0: nobody knows which it was. */
void notify_tracing_goes_on(struct notify_tracing *tracing, pid_t pid);

/* The container's processes are gone: is all read that is told of them? Else ask again when tracing has moved; not for ever. */
bool notify_tracing_settled(struct notify_tracing *tracing);

/* The container's processes are gone, or it is recorded no longer. Frees; returns 0 or a sink's negative errno. */
int notify_tracing_end(struct notify_tracing *tracing);

/*
 * Tracing alone: whoever brings a container, or a session of one, is followed from the moment in which it connects.
 *
 *	arrival_new()		its processes are members, and what they do is kept
 *	arrival_is_of()		now it is known whose they are: all goes into its sink
 *	arrival_has_ended()	asked after each tracefs_step()
 */
struct arrival;

/* `runtime`: the process that connects, with all that it has started; 0 = none. One that waits for us can wait for all events to be
 * on; else that is done as late as it can be, since a session of a container that is followed already does without. */
struct arrival *arrival_new(struct tracefs *tracefs, pid_t runtime, bool waits);

/* `pid` is the process that the runtime names, 0 = it names none; `family` tells containers apart, and `like` is an arrival of the
 * same one (NULL = none). Returns the first process that is the container's or the session's, 0 when there is none any more. What
 * was missed of it is sent as a loss. */
pid_t arrival_is_of(struct arrival *arrival, const struct event_sink *sink, const void *family, const struct arrival *like,
		    pid_t pid);

/* The same after the death of the worker that knew: `pid`, and what it has started. */
void arrival_goes_on(struct arrival *arrival, const struct event_sink *sink, const void *family, pid_t pid);

bool arrival_has_ended(const struct arrival *arrival);	/* no process that is recorded is left */
bool arrival_is_empty(const struct arrival *arrival);	/* nor any other */

/* Accepts NULL, returns 0 or the negative errno with which a sink refused an event. */
int arrival_free(struct arrival *arrival);

#endif
