/* SPDX-License-Identifier: Apache-2.0 */
/* Where a container begins, decided by facts of the kernel and not by names of runtimes. */
#ifndef SNUG_RECORD_CONTAINER_STAGE_H
#define SNUG_RECORD_CONTAINER_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/arch.h"

/*
 * True when `pid` stands in a container, relative to this process: it is in another mount namespace, and either its
 * root folder is another or it is the first process of another pid namespace (a container whose root is the host's).
 * A runtime's hooks that run in the new namespaces before the change of root are neither.
 */
bool stage_is_contained(pid_t pid);

/* Of a call that has succeeded: did it load a seccomp filter, did it execute a program? */
bool stage_loads_filter(const struct arch *abi, uint64_t number, const uint64_t args[6]);
bool stage_executes(const struct arch *abi, uint64_t number, const uint64_t args[6]);

#endif
