/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that mostly waits, done by a thread of ours while its caller goes on.
 *
 * The thread takes no signals, and shares nothing but `context` with the caller until aside_end(), which must come before whoever
 * began it forks a process that is to go on as itself.
 */
#ifndef SNUG_RECORD_ASIDE_H
#define SNUG_RECORD_ASIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A thread that takes no signals: one that ends a wait of its caller is not for it to take. False: there can be none. */
bool aside_thread(pthread_t *ret, void *(*serve)(void *context), void *context);

struct aside {
	void (*work)(void *context);
	void *context;
	pthread_t thread;
	bool runs;		/* there is a thread, and nobody has waited for it */
	atomic_bool done;
};

/* `aside` must stay where it is until its end. Where no thread can be had, the work is done at once. */
void aside_begin(struct aside *aside, void (*work)(void *context), void *context);
void aside_end(struct aside *aside);	/* waits; once more does nothing */
bool aside_is_done(const struct aside *aside);	/* would that not have to wait? True also where nothing was begun */

#endif
