/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child whose children make every call once, and none of them takes effect: a seccomp filter refuses them all. Before that it
 * makes the kernel ask once for CAP_SYS_ADMIN in the initial user namespace, whose address is then known.
 */
#ifndef SNUG_RECORD_TRACEFS_NUMBERS_H
#define SNUG_RECORD_TRACEFS_NUMBERS_H

#include <stdint.h>
#include <sys/types.h>

#include "record/tracefs_parent.h"
#include "snug/error.h"

#define REFUSED_ERRNO 4093	/* within the kernel's MAX_ERRNO, 4095, and no errno of any kernel */

struct refused_child {
	pid_t pid;
	int go;			/* owned */
};

int refused_child_start(struct refused_child *ret, struct tracefs_parent *parent, struct error *err);	/* it waits */
void refused_child_run(struct refused_child *child, uint64_t numbers);	/* 0 to numbers - 1; until it has ended */

#endif
