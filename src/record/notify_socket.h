/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where OCI runtimes bring notify descriptors: a unix socket, one connection a descriptor.
 *
 * Nobody but root and our own user is listened to (SO_PEERCRED): whoever can hand us a descriptor decides what we look at.
 */
#ifndef SNUG_RECORD_NOTIFY_SOCKET_H
#define SNUG_RECORD_NOTIFY_SOCKET_H

#include <sys/types.h>

#include "snug/error.h"
#include "snug/text.h"

struct notify_socket;

int notify_socket_new(struct notify_socket **ret, const char *path, struct error *err);
struct notify_socket *notify_socket_free(struct notify_socket *socket);	/* unlinks it; accepts NULL, returns NULL */

/* For epoll: readable when notify_socket_accept() may have something. */
int notify_socket_descriptor(const struct notify_socket *socket);

/* The next runtime's connection, owned by the caller, which does not block. -EAGAIN when there is none for now; other
 * errors are about one peer, and say which. */
int notify_socket_accept(struct notify_socket *socket, struct error *err);

/* The process that connected, as we see it; 0 = in a pid namespace that is closed to us. */
pid_t notify_connection_peer(int connection_fd);

/* Appends what has come to `message`, and keeps the notify descriptor that comes with it in `*notify_fd` (-1 before).
 * Returns how many bytes, 0 at the end, -EAGAIN when there are none for now, -EMSGSIZE past NOTIFY_STATE_MAX. Nothing
 * is parsed here: which descriptor it is, the kernel tells. */
ssize_t notify_connection_read(int connection_fd, struct text *message, int *notify_fd);

#endif
