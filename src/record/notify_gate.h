/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gate in front of the listener's socket: whoever wants to connect waits until we have looked.
 *
 * A runtime says which container it makes when it has connected, and goes on at once. To follow it from before that moment, its
 * way to the socket leads through a symbolic link on a file system of ours (fuse(4)): the kernel tells who reads it, and the reader
 * waits for our answer.
 */
#ifndef SNUG_RECORD_NOTIFY_GATE_H
#define SNUG_RECORD_NOTIFY_GATE_H

#include <stdint.h>
#include <sys/types.h>

#include "snug/error.h"

struct notify_gate;

/* In front of the socket at `socket_path`, in a folder beside it, LISTENER_GATE; what a listener that was killed left there is
 * replaced. Where no such file system can be mounted, or is not seen by who connects, it is a plain folder, and all pass unseen. */
int notify_gate_new(struct notify_gate **ret, const char *socket_path, struct error *err);

/* What a listener that was killed left there, for one that has no gate. */
void notify_gate_clear(const char *socket_path);

struct notify_gate *notify_gate_free(struct notify_gate *gate);		/* all pass; accepts NULL, returns NULL */

const char *notify_gate_path(const struct notify_gate *gate);		/* leads to the socket; borrowed */
int notify_gate_descriptor(const struct notify_gate *gate);		/* readable: somebody is there; borrowed, -1 = all pass */

/* The process that came next, as our /proc names it, and what to let it pass by; 0 when there is none. */
pid_t notify_gate_next(struct notify_gate *gate, uint64_t *ret_pass);
void notify_gate_open(struct notify_gate *gate, uint64_t pass);

/* In a fork, which has nothing to do with it. */
void notify_gate_leave(struct notify_gate *gate);

#endif
