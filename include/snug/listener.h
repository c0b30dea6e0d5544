/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notify recorder: containers report themselves.
 *
 * An engine that starts a container under the record profile (record_profile()) has its OCI runtime hand us the seccomp
 * notify descriptor over a unix socket, with the container's state (runtime-spec, config-linux.md, "seccomp", listenerPath). Every exec
 * session brings a descriptor of its own. We answer each call: let it go on, or refuse it as the base profile would, so that
 * the errors of production occur in the recording too.
 *
 *	listener_new() → record_profile() → listener_run() → listener_free()
 *
 * Many containers at once; the hooks tell them apart.
 */
#ifndef SNUG_LISTENER_H
#define SNUG_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/event.h"
#include "snug/filter.h"
#include "snug/text.h"

/* What the runtime says of a container, from the state that comes with its first descriptor. Borrowed during the hook. */
struct container_state {
	const char *id;
	const char *bundle;		/* folder of its config.json, NULL = not said */
	const char *name;		/* the metadata's or an annotation's "snug.name", NULL = none */
	pid_t pid;			/* of the process that brought the descriptor, as we see it; 0 = another pid namespace hides it */
};

struct listener_hooks {
	void *context;
	/* A container reports itself for the first time. Fills the sink for its events and the base that judges its calls
	 * (borrowed until `ended`; NULL = unconfined). A negative errno refuses it: its calls then go on unrecorded. */
	int (*began)(void *context, const struct container_state *state, struct event_sink *ret_sink,
		     const struct filter **ret_base);
	/* Its last process is gone, or the listener stops (`complete` is then false). `sink_context` is what began() gave. */
	void (*ended)(void *context, void *sink_context, bool complete);
	/* Somebody connected and was not served: one line on why. May be NULL. */
	void (*refused)(void *context, const char *why);
};

struct listener;

/* Makes the socket at `path`, mode 0600, replacing one that nobody listens on. -ENAMETOOLONG past 107 bytes,
 * -EADDRINUSE when another listener answers there. */
int listener_new(struct listener **ret, const char *path, const struct listener_hooks *hooks, struct error *err);
struct listener *listener_free(struct listener *listener);	/* removes the socket; accepts NULL, returns NULL */
DEFINE_CLEANUP(struct listener *, listener_free);

/* For poll(2): readable when listener_step() has something to do. */
int listener_descriptor(const struct listener *listener);

/* Serves what is there, without waiting. Returns 0 or the negative errno of a sink. */
int listener_step(struct listener *listener);

/* Containers of which a process is still there. */
size_t listener_container_count(const struct listener *listener);

/* Appends the record profile: every call that libseccomp knows on this machine's ABIs is notified to `socket`, but
 * write and a few that runc's init may need before we have the descriptor. `name` may be NULL. */
void record_profile(struct text *out, const char *socket, const char *name);

#endif
