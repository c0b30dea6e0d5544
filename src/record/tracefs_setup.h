/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance made ready before anything is on: its clock, its options, its buffers.
 *
 * The kernel waits for all CPUs several times meanwhile, some 40 ms in all, which is why it is begun and ended: what only
 * reads of the instance goes on in between.
 */
#ifndef SNUG_RECORD_TRACEFS_SETUP_H
#define SNUG_RECORD_TRACEFS_SETUP_H

#include <stdbool.h>

#include "record/aside.h"
#include "record/tracefs_instance.h"
#include "snug/error.h"

struct tracefs_setup {
	const struct tracefs_instance *instance;	/* borrowed */
	unsigned int buffer_kb;		/* a CPU */
	struct error error;
	struct aside aside;
};

void tracefs_setup_begin(struct tracefs_setup *setup, const struct tracefs_instance *instance);
int tracefs_setup_end(struct tracefs_setup *setup, struct error *err);

/* More memory for the buffers, up to a limit. False when that is reached. */
bool tracefs_setup_enlarge(struct tracefs_setup *setup);

#endif
