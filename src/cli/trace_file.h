/* SPDX-License-Identifier: Apache-2.0 */
/* Traces from files and to files, as every command that takes TRACE... does it. */
#ifndef SNUG_CLI_TRACE_FILE_H
#define SNUG_CLI_TRACE_FILE_H

#include <stddef.h>

#include "snug/trace.h"

/* The union of the traces in `paths` ("-" = standard input). Refuses a trace without a run: it says nothing.
 * `*ret` is owned by the caller. */
int trace_files_read(struct trace **ret, char *const *paths, size_t count, struct error *err);

/* Canonical JSON, atomically; "-" = standard output. */
int trace_file_write(struct trace *trace, const char *path, struct error *err);

/* Could trace_file_write() write there? Asked before a long run, and not at its end. Changes nothing. */
int trace_file_check(const char *path, struct error *err);

#endif
