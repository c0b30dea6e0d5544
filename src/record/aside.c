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

void aside_begin(struct aside *aside, void (*work)(void *context), void *context)
{
	sigset_t all, before;

	*aside = (struct aside){ .work = work, .context = context };
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);	/* a signal that ends a wait of the caller is not for the thread to take */
	aside->runs = pthread_create(&aside->thread, NULL, run, aside) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
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
