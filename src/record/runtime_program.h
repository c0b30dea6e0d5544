/* SPDX-License-Identifier: Apache-2.0 */
/* Which program a runtime is, read while its process is there: it may be gone when its container is recorded. */
#ifndef SNUG_RECORD_RUNTIME_PROGRAM_H
#define SNUG_RECORD_RUNTIME_PROGRAM_H

#include <sys/types.h>

#include "snug/listener.h"

/* What could not be seen of process `pid` is zero, and "". */
void runtime_program_read(struct runtime_program *ret, pid_t pid);

/* The same of one that process `pid` is about to become: `path` is absolute, as that process sees it, or "" = not known. */
void runtime_program_of_file(struct runtime_program *ret, pid_t pid, const char *path);

#endif
