/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeper and worker share: a few pages of memory, and a socket pair for messages.
 *
 * The keeper (notify_keeper.c) owns the socket and the notify descriptors, the worker (notify_worker.c) learns and answers.
 * The worker is a fork of the keeper and inherits the sessions that there are; the messages tell of later ones.
 *
 * RECV writes the notification that the worker has in hand straight into the shared page. So at whatever instruction
 * the worker dies, the page names the one call that may be left without an answer: a call that the kernel has given
 * out stands there, because it copies before it returns (and takes the call back where it cannot copy); a
 * call that was answered and still stands there is refused with ENOENT when it is answered again.
 */
#ifndef SNUG_RECORD_NOTIFY_LINK_H
#define SNUG_RECORD_NOTIFY_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/seccomp.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/listener.h"
#include "snug/text.h"

#define SESSIONS_MAX 4096	/* at a time; two descriptors each */

/* --- memory ------------------------------------------------------------------- */

struct link_session {
	uint64_t lost;		/* calls that the keeper answered and no worker has told of */
	uint64_t waiting;	/* look-ups for calls that were answered: lost with the worker */
	int64_t since;		/* when its runtime connected, seconds of CLOCK_REALTIME */
	uint32_t random;	/* a number of its own */
	pid_t peer;		/* its runtime, as we see it; 0 = in a pid namespace that is closed to us */
	struct runtime_program runtime;	/* read by the worker that it came to first */
	bool tried;		/* a worker has read what its runtime says */
	bool begun;		/* and has begun with the container that it founded */
	bool hung;		/* a worker hung over a call of it: nobody looks at its calls any more */
	bool exec_seen;		/* the container's program was asked for: what calls now is no longer the runtime */
	bool at_gate;		/* a runtime, before it connects */
	bool traced;		/* by the kernel's tracing alone, no call is held */
	pid_t process;		/* that was first traced, 0 = none, or it was gone */
};

struct link_page {
	uint64_t answered;	/* calls, by this worker; it alone writes */
	uint64_t moves;		/* of its loop, and events that it kept: a worker whose two counts stand still may hang */
	uint32_t in_hand;	/* the session of `request` */
	uint32_t attempts;	/* workers that died with it in hand */
	struct link_session sessions[SESSIONS_MAX];
	_Alignas(64) unsigned char request[];	/* struct seccomp_notif, as large as this kernel's; id 0 = none */
};

/* The structs of RECV and SEND may be larger than the headers that we were built with. */
struct link_sizes {
	size_t request, response;	/* bytes */
};

int link_sizes(struct link_sizes *ret, struct error *err);
struct link_page *link_page_new(const struct link_sizes *sizes);	/* shared with every fork of this process */
void link_page_free(struct link_page *page, const struct link_sizes *sizes);

static inline struct seccomp_notif *link_request(struct link_page *page)
{
	return (struct seccomp_notif *)page->request;
}

/* RECV into the page. 0, or the negative errno: -ENOENT when no call waits any more, -EINVAL when it was interrupted. */
int link_take_call(struct link_page *page, const struct link_sizes *sizes, uint32_t session, int notify_fd);

/* From the handler of a signal that lets calls go on: RECV into the page does not, whether it waits or is about to begin. It refuses a
 * struct that is not zeroed (kernel/seccomp.c, Linux 5.5). A call that stands in the page already stays what it is. */
void link_interrupt(struct link_page *page);

/* Is the call `id` still the one that waits? */
bool link_is_current(int notify_fd, uint64_t id);

/* The call in the page has its answer. */
void link_drop_call(struct link_page *page, const struct link_sizes *sizes);

/* SEND: the call goes on, or fails with the positive errno `refusal`. -ENOENT when nobody waits for it any more. */
int link_answer(const struct link_sizes *sizes, int notify_fd, uint64_t id, int refusal);

/* --- messages ----------------------------------------------------------------- */

enum link_word {
	LINK_STATE,		/* to the worker: the runtime's message as far as it came; the first brings the descriptors, where
				 * tracing tells all that of the journal only, twice */
	LINK_STATE_ENDED,	/* the same, and no more will come */
	LINK_CONNECTED,		/* to the worker, where tracing tells all: a runtime, which is to be followed from now on */
	LINK_FOLLOWED,		/* to the keeper: it is */
	LINK_GONE,		/* to the keeper: that runtime has ended; the answer is what it had sent, or that it had sent nothing */
	LINK_STOP,		/* to the worker: end the recordings, and yourself */
	LINK_STOPPED,		/* to the keeper: no call will be taken any more */
	LINK_READ,		/* to the keeper: the runtime's message was understood */
	LINK_BASE,		/* to the keeper: a filter's program, which judges this session's calls */
	LINK_OVER,		/* to the keeper: nobody needs this session any more */
};

#define LINK_FDS_MAX 2		/* a session's notify descriptor and journal */

struct link_message {
	enum link_word word;
	uint32_t session;
	struct text data;		/* owned */
	int fds[LINK_FDS_MAX];		/* owned; -1 = none */
};

/* `fds` are LINK_FDS_MAX, or NULL. Waits for room only with `wait`; -EAGAIN without. */
int link_send(int link_fd, enum link_word word, uint32_t session, const struct text *data, const int *fds, bool wait);

/* 1 = a message, 0 = the other side is gone, -EAGAIN when there is none. */
int link_receive(int link_fd, struct link_message *ret);
void link_message_done(struct link_message *message);

#endif
