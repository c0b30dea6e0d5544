/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where OCI runtimes bring notify descriptors: a unix socket, one connection a descriptor.
 *
 * Nobody but root and our own user is listened to (SO_PEERCRED): whoever can hand us a descriptor decides what we look at.
 */
#ifndef SNUG_RECORD_NOTIFY_SOCKET_H
#define SNUG_RECORD_NOTIFY_SOCKET_H

#include "record/notify_state.h"
#include "snug/error.h"

struct notify_socket;

int notify_socket_new(struct notify_socket **ret, const char *path, struct error *err);
struct notify_socket *notify_socket_free(struct notify_socket *socket);	/* unlinks it; accepts NULL, returns NULL */

/* For epoll: readable when notify_socket_next() may have something. */
int notify_socket_descriptor(const struct notify_socket *socket);

/* The next notify descriptor (owned by the caller) and its state (to be ended by notify_state_done()).
 * -EAGAIN when there is none for now; other errors are about one peer, and say which. */
int notify_socket_next(struct notify_socket *socket, struct notify_state *ret_state, struct error *err);

#endif
