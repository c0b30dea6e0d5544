/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an instance's buffers, one a CPU, in the order of time.
 *
 * A record is handed out when no older one can come any more: those of a CPU that was found empty at a
 * moment are all younger than that moment. One page a CPU is held, however long the run is.
 */
#ifndef SNUG_RECORD_TRACEFS_READER_H
#define SNUG_RECORD_TRACEFS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/tracefs_instance.h"

struct tracefs_reader;

/* The instance's clock must be "mono". */
int tracefs_reader_open(struct tracefs_reader **ret, const struct tracefs_instance *instance, struct error *err);
struct tracefs_reader *tracefs_reader_free(struct tracefs_reader *reader);	/* accepts NULL, returns NULL */

/* The next record; valid until the next call. False when there is none just now. */
bool tracefs_reader_next(struct tracefs_reader *reader, const void **ret, size_t *ret_size, uint64_t *ret_time_ns);

/* How many records the kernel has dropped so far, in all buffers. */
uint64_t tracefs_reader_lost(const struct tracefs_reader *reader);

/* Adds a poll descriptor for each buffer, ready once it is filled as far as buffer_percent says, to an epoll(7) set. */
int tracefs_reader_watch(const struct tracefs_reader *reader, int epoll, struct error *err);

#endif
