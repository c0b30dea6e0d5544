/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as lines of JSON: the seam at which a run can be kept, and replayed without a kernel.
 *
 *	{"format":"snug-events/1"}
 *	{"event":"file","by":"/bin/cat","path":"/etc/passwd","kind":"file","access":["read"],"outcome":"ok"}
 *	{"event":"syscall","by":"/bin/cat","abi":"x86_64","name":"openat","result":"3"}
 *
 * What was written is read back equal. Bytes as in bytes.h, words and numbers as in a trace; what an event
 * leaves unset has no key, and "phase" is left out where it is "program".
 */
#ifndef SNUG_EVENT_LOG_H
#define SNUG_EVENT_LOG_H

#include <stdio.h>

#include "snug/error.h"
#include "snug/event.h"

#define EVENT_LOG_FORMAT "snug-events/1"

/* Starts a log. Errors of both show in ferror(out). */
void event_log_begin(FILE *out);
void event_log_write(const struct event *event, FILE *out);

/* An event_sink callback that writes; `context` is the FILE *. */
int event_log_sink(void *context, const struct event *event);

/* Sends a log's events to `sink` in order. Stops at the first line that is no event: a message that names `name` and the
 * line; or at the sink's first negative errno. Empty lines are skipped. */
int event_log_read(const char *data, size_t length, const char *name, const struct event_sink *sink,
		   struct error *err);

#endif
