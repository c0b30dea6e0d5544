/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls without a pause, and the timer beside it; see notify_hot.h. */
#include "record/notify_hot.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#include "snug/clock.h"

#define ROUNDS 256		/* in a row, */
#define ROUNDS_MS 100		/* in which they are over, or its calls are few */
#define TICK_US 1000		/* how long another waits at most, while the one does not call */
#define TICKS 16		/* without a call, then it has paused */

static struct link_page *ticks_into;	/* for the handler */

static void tick(int signal)
{
	(void)signal;
	link_interrupt(ticks_into);
}

/* Whatever else waits when it ticks goes on. */
void notify_hot_begin(struct notify_hot *hot, struct link_page *page)
{
	const struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
	sigset_t alarm;

	*hot = (struct notify_hot){ 0 };
	ticks_into = page;
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

static void set_ticks(int us)
{
	const struct itimerval timer = { .it_interval.tv_usec = us, .it_value.tv_usec = us };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void cool(struct notify_hot *hot)
{
	if (hot->session)
		set_ticks(0);
	*hot = (struct notify_hot){ 0 };
}

static void heat(struct notify_hot *hot)
{
	*hot = (struct notify_hot){ .session = hot->candidate };
	set_ticks(TICK_US);
}

void notify_hot_round(struct notify_hot *hot, struct session *caller, bool others)
{
	if (hot->session && !others && (!caller || caller == hot->session))
		return;
	if (hot->session || others || caller != hot->candidate)
		cool(hot);
	if (!caller || others)
		return;
	hot->candidate = caller;
	if (!hot->rounds++)
		hot->since_ms = monotonic_ms();
	if (hot->rounds < ROUNDS)
		return;
	hot->rounds = 0;
	if (monotonic_ms() - hot->since_ms <= ROUNDS_MS)
		heat(hot);
}

bool notify_hot_taken(struct notify_hot *hot, int code)
{
	const bool ticked = code == -EINVAL || code == -EINTR;

	if (code == 0)
		hot->ticks = 0;
	else if (code != -ENOENT && (!ticked || ++hot->ticks == TICKS))
		cool(hot);
	return code == 0;
}

void notify_hot_forget(struct notify_hot *hot, const struct session *session)
{
	if (hot->session == session || hot->candidate == session)
		cool(hot);
}
