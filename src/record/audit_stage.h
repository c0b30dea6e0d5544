/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far each process of a container's runtime has come on its way into the container, as audit's records tell.
 *
 * A record is late, so that nothing in /proc is asked: the container begins with the call that loads its seccomp filter, and its program with
 * the next execve(). A process begins where its parent stands. A container without a filter has no beginning here.
 */
#ifndef SNUG_RECORD_AUDIT_STAGE_H
#define SNUG_RECORD_AUDIT_STAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "record/process_tree.h"
#include "snug/arch.h"

#define AUDIT_STAGES_MAX 4096	/* processes remembered; one that takes another's place begins where its parent stands */

struct audit_stages;

struct audit_stages *audit_stages_new(void);
struct audit_stages *audit_stages_free(struct audit_stages *stages);	/* accepts NULL, returns NULL */

/* The stage in which `pid` makes its call; `parent` 0 = not told. */
enum stage audit_stage_of(struct audit_stages *stages, pid_t pid, pid_t parent);

/* That call, of `abi`, has succeeded. Returns the stage in which it leaves the process. */
enum stage audit_stage_after(struct audit_stages *stages, pid_t pid, const struct arch *abi, uint64_t number, const uint64_t args[6]);

#endif
