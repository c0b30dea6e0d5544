/* SPDX-License-Identifier: Apache-2.0 */
/* Work beside its caller; see aside.h. */
#include "record/aside.h"

#include <signal.h>
#include <stddef.h>

static void *run(void *argument)
{
	struct aside *aside = argument;

	aside->work(aside->context);
	atomic_store(&aside->done, true);
	return NULL;
}

bool aside_thread(pthread_t *ret, void *(*serve)(void *context), void *context)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(ret, NULL, serve, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code == 0;
}

void aside_begin(struct aside *aside, void (*work)(void *context), void *context)
{
	*aside = (struct aside){ .work = work, .context = context };
	aside->runs = aside_thread(&aside->thread, run, aside);
	if (!aside->runs)
		work(context);
}

void aside_end(struct aside *aside)
{
	if (aside->runs)
		pthread_join(aside->thread, NULL);
	aside->runs = false;
}

bool aside_is_done(const struct aside *aside)
{
	return !aside->runs || atomic_load(&aside->done);
}
