/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notify recorder: containers report themselves.
 *
 * An engine that starts a container under the record profile (record_profile()) has its OCI runtime hand us the seccomp
 * notify descriptor over a unix socket, with the container's state (runtime-spec, config-linux.md, "seccomp", listenerPath). Every exec
 * session brings a descriptor of its own. We answer each call: let it go on, or refuse it as the base profile would, so that
 * the errors of production occur in the recording too.
 *
 *	listener_new() → record_profile() → listener_start() → listener_step() … → listener_free()
 *
 * Many containers at once; the hooks tell them apart. They run in a process of their own, the worker, which looks at
 * what containers do. The caller's process is the keeper: it owns the socket and the descriptors and looks at nothing.
 * When the worker dies, the keeper answers in its place and starts another, which goes on where the last one was;
 * listener_start() must therefore be called from a process of one thread, and what a hook is to hand back to
 * the caller must lie in memory that forks share (MAP_SHARED).
 */
#ifndef SNUG_LISTENER_H
#define SNUG_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/event.h"
#include "snug/filter.h"
#include "snug/text.h"

/* The program of the process that brought a descriptor. */
struct runtime_program {
	dev_t device;
	ino_t inode;		/* 0 = not seen */
	char name[64];		/* of its file; "" = it has none, or was not seen */
};

/* What the runtime says of a container, from the state that comes with its first descriptor. Borrowed during the hook. */
struct container_state {
	const char *id;
	const char *bundle;		/* folder of its config.json, NULL = not said */
	const char *name;		/* the metadata's or an annotation's "snug.name", NULL = none */
	pid_t pid;			/* of the process that brought the descriptor, as we see it; 0 = another pid namespace hides it */
	const struct runtime_program *runtime;
	bool resumed;			/* a worker that died had begun with it; its events follow again */
	time_t since;			/* when it reported itself; as `random` the same for every worker */
	uint32_t random;
};

struct listener_hooks {
	void *context;
	/* A container reports itself for the first time. Fills the sink for its events and the base that judges its calls
	 * (borrowed until `ended`; NULL = unconfined). A negative errno refuses it: its calls then go on unrecorded. */
	int (*began)(void *context, const struct container_state *state, struct event_sink *ret_sink,
		     const struct filter **ret_base);
	/* Its last process is gone, or the listener stops (`complete` is then false). `sink_context` is what began() gave. */
	void (*ended)(void *context, void *sink_context, bool complete);
	/* Somebody connected and was not served, or a container's trace is cut short: one line on why. In both processes. */
	void (*refused)(void *context, const char *why);
	/* The caller's own work beside the containers; called when `own_fd` (-1 = none) is readable, and about once a second. Returns true while
	 * something of a container that has ended is still to be done: the listener waits for it. May be NULL. */
	bool (*step)(void *context);
	int own_fd;
	/* The worker ends: what is still to be done is done now, or never. May be NULL. */
	void (*close)(void *context);
};

struct listener;

/* Makes the socket at `path`, mode 0600, replacing one that nobody listens on. From now on a container that connects waits
 * to be served. -ENAMETOOLONG past 107 bytes, -EADDRINUSE when another listener answers there. */
int listener_new(struct listener **ret, const char *path, const struct listener_hooks *hooks, struct error *err);

/* Have the kernel's tracing tell which capabilities it asks containers for, where that is possible: root only, and only the first
 * worker's containers. Without it they are inferred from calls. To be called before listener_start(). */
void listener_trace_checks(struct listener *listener);

/* After that: have the tracing tell of calls, too, so that only those are held in which something is to be read or looked up: with
 * record_profile(), which lets the others go on. `allows` is asked for calls by their names: may they go on whatever their arguments, in every
 * container? Does nothing where the tracing cannot be used. */
void listener_trace_calls(struct listener *listener, bool (*allows)(const void *context, const char *call), const void *context);

/* Have the kernel's tracing tell all, so that no call of a container is ever held; for containers under record_profile_traced().
 * Root only. To be called before listener_start(). */
int listener_trace_all(struct listener *listener, struct error *err);

/* Have the kernel's audit tell all, of containers whose runtime asks for a login uid first (LISTENER_LOGIN). No call is held, and there is
 * no worker: the hooks run here. Root only. To be called before listener_start(). */
int listener_audit_all(struct listener *listener, struct error *err);

/* Behind listener_audit_all(): have it tell of a container that runs already, too, which an AppArmor profile of its own confines. `id` is that of
 * its engine or runtime. It is recorded until it has ended, or listener_leave_running(). To be called when the hooks may be. */
int listener_audit_running(struct listener *listener, const char *id, struct error *err);
void listener_leave_running(struct listener *listener);		/* does nothing where there is none */

/* What is sent to the socket to ask for a login uid, and the end of it: this word, the container's id, the folder of the bundle of
 * which it is about to be made, nothing for a session in one that there is, and the file of the runtime's program, each with a NUL
 * behind it. The answer, up to its end, is the login uid in decimal, or one of these; a listener that records in another way says
 * nothing. */
#define LISTENER_LOGIN "login"
#define LISTENER_LOGIN_NONE "none"	/* it is not recorded */
#define LISTENER_LOGIN_REFUSED "!"	/* and a reason */

/* Behind a socket's path: a folder that is there while such a listener serves, and the link in it that leads to the socket. */
#define LISTENER_GATE ".gate"
#define LISTENER_GATE_LINK "socket"

/* What a record profile has to name as the listener's socket: its own path, or one that begins with it and leads there.
 * This process must not walk it. Borrowed. */
const char *listener_profile_path(const struct listener *listener);

/* Starts the worker. */
int listener_start(struct listener *listener, struct error *err);

/* Asks the recordings to end, and the worker; listener_step() brings it about, until listener_has_stopped(). */
void listener_stop(struct listener *listener);
bool listener_has_stopped(const struct listener *listener);

/* Who waits for that, and a disk does not answer: traces that are not written yet are lost. */
void listener_give_up(struct listener *listener);

/* Some were, by that or because no worker lived long enough. */
bool listener_lost_traces(const struct listener *listener);

/* Stops if need be, and waits for it; the socket is removed. Containers that still run go on unrecorded, judged by their base:
 * a process stays behind for that until they have ended. Accepts NULL, returns NULL. */
struct listener *listener_free(struct listener *listener);
DEFINE_CLEANUP(struct listener *, listener_free);

/* For poll(2): readable when listener_step() has something to do. */
int listener_descriptor(const struct listener *listener);

/* Does what is there to do, without waiting. Returns 0 or a negative errno. */
int listener_step(struct listener *listener);

/* No process of a container is there any more, and all traces are written. */
bool listener_is_idle(const struct listener *listener);

struct record_profile_options {
	const char *socket;		/* of the listener */
	const struct listener *listener;	/* whose tracing tells of calls; NULL = nobody's */
	const char *name;		/* of the container; NULL = not said */
	bool waits_killable;		/* the runtime and the kernel take SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19): a call
					 * that we have received is ended by no signal but one that kills */
};

/* Appends the record profile: every call that we know on this machine's ABIs is notified, but write and a few
 * that runc's init may need before we have the descriptor, and those that the listener's tracing tells of. Of names that its libseccomp does not know a runtime takes no notice. */
void record_profile(struct text *out, const struct record_profile_options *options);

/* Appends the profile for listener_trace_all(): `base`, a profile in the OCI runtime-spec's format (NULL = unconfined), itself, with
 * one rule more, which notifies a call that nobody makes, so that the runtime has a descriptor to bring. -EINVAL for what is none. */
int record_profile_traced(struct text *out, const struct record_profile_options *options, const char *base,
			  struct error *err);

#endif
