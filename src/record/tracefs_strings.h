/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths without a stop: syscall events that carry what the call's pointers point to.
 *
 * Since Linux 6.19 a kernel's own events do. Before, and since Linux 5.15 where it was built with CONFIG_EPROBE_EVENTS, an event
 * probe stands in for the event of a call's entry: it has the same arguments under the same names, and for
 * argument X, a string, the field __X_val, as those kernels name it.
 */
#ifndef SNUG_RECORD_TRACEFS_STRINGS_H
#define SNUG_RECORD_TRACEFS_STRINGS_H

#include <stdbool.h>

#include "record/call_table.h"
#include "record/tracefs_format.h"
#include "record/tracefs_instance.h"

/* Set of 1 << index of the arguments that are paths, by the rows of knowledge. */
unsigned int tracefs_paths_of(const struct call_row *row);

/* An event probe on `event` ("syscalls/sys_enter_open", whose format is known) that reads the strings that these arguments
 * point to. Returns its id and fills its path, or a negative errno. */
int tracefs_strings_probe(const struct tracefs_instance *instance, struct tracefs_formats *formats, unsigned int id,
			  const char *event, unsigned int arguments, char **ret_path);

/* An event (TRACEFS_NAME) where the kernel has copied a path from its caller's memory: a probe cannot read what is not there
 * yet, in the first call that uses a string constant say. False: this kernel has no kprobes. */
bool tracefs_strings_repair(const struct tracefs_instance *instance, struct tracefs_formats *formats);

#endif
