/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which processes of a log are a container's: no record names it.
 *
 * Whoever starts a container is told its id: containerd's shim, conmon, the runtime; their EXECVE records show it. Who descends from them belongs to
 * the container from its first program on that is not the runtime's own. So a log must hold the records of execve()
 * from before the container was started; a process that made no call of which there is a record, and its children, are not known.
 */
#ifndef SNUG_RECORD_AUDIT_CONTAINER_H
#define SNUG_RECORD_AUDIT_CONTAINER_H

#include <stdbool.h>

#include "record/audit_log.h"

struct audit_container;

/* `id` is borrowed: an id, of twelve digits at least, or another word that its runtime was given. */
struct audit_container *audit_container_new(const char *id);
struct audit_container *audit_container_free(struct audit_container *container);	/* accepts NULL, returns NULL */

/* To be asked of each event, in order. */
bool audit_container_has(struct audit_container *container, const struct audit_event *event);

/* Was a program started with the id among its arguments? */
bool audit_container_is_met(const struct audit_container *container);

#endif
