/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one session whose calls come without a pause: they are waited for where they are received.
 *
 * To ask epoll before each RECV costs a call more, and a wake-up that takes longer: who waits in RECV itself goes on on the caller's
 * processor (SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6), which epoll does not pass on. But whoever waits there hears of nothing
 * else. So a timer ticks meanwhile, whose signal ends RECV (link_interrupt()). The others are looked at after each tick, and in any
 * case after HOT_CALLS calls; when one of them calls, or several ticks came without a call between them, that is over: not with
 * the first, since on a loaded machine the one may wait for a processor.
 */
#ifndef SNUG_RECORD_NOTIFY_HOT_H
#define SNUG_RECORD_NOTIFY_HOT_H

#include <stdbool.h>
#include <stdint.h>

#include "record/notify_link.h"

#define HOT_CALLS 32	/* between two looks at the others, some 500 us */

struct session;

struct notify_hot {
	struct session *session;	/* borrowed; NULL = there is none */
	struct session *candidate;	/* who alone called in the last rounds, to be compared only */
	unsigned int rounds;		/* so many, */
	uint64_t since_ms;		/* the first of which was then */
	unsigned int ticks;		/* since it called last */
};

/* RECV is into this page, in this process. */
void notify_hot_begin(struct notify_hot *hot, struct link_page *page);

/* A round of all: `caller` had a call, and may be the one (NULL = nobody, or it may not); `others` had one, too. */
void notify_hot_round(struct notify_hot *hot, struct session *caller, bool others);

/* What RECV said of the one: 0, or its negative errno. Returns whether to go on with it. */
bool notify_hot_taken(struct notify_hot *hot, int code);

/* Its descriptor goes. */
void notify_hot_forget(struct notify_hot *hot, const struct session *session);

#endif
