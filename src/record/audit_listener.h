/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers that audit tells of, without a call being held: the half of a listener (snug/listener.h) in place of a worker.
 *
 * The login uid of a process is only its own to change. So whoever is about to become a container's runtime, 'snug runtime', asks here
 * for one (LISTENER_LOGIN), takes it, and all that it starts inherits it: the container, and each of its sessions.
 * A container is over when the last process with its login uid is gone.
 */
#ifndef SNUG_RECORD_AUDIT_LISTENER_H
#define SNUG_RECORD_AUDIT_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/error.h"
#include "snug/listener.h"

struct audit_listener;

int audit_listener_open(struct audit_listener **ret, const struct listener_hooks *hooks, struct error *err);
struct audit_listener *audit_listener_free(struct audit_listener *listener);	/* stops; accepts NULL, returns NULL */

int audit_listener_descriptor(const struct audit_listener *listener);	/* for poll(2) */
void audit_listener_step(struct audit_listener *listener);
bool audit_listener_is_idle(const struct audit_listener *listener);

/* A container that runs already, by its AppArmor profile; until its last process is gone, or audit_listener_leave(). */
int audit_listener_join(struct audit_listener *listener, const char *id, struct error *err);
void audit_listener_leave(struct audit_listener *listener);

/* Somebody has connected: takes `fd`, which does not block. */
void audit_listener_take(struct audit_listener *listener, int fd, pid_t peer);

/* Ends all that is recorded, at once. */
void audit_listener_stop(struct audit_listener *listener);

#endif
