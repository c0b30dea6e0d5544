/* SPDX-License-Identifier: Apache-2.0 */
/* Counting stops, and asking for processors that do not sleep; see cpu_awake.h. */
#include "record/cpu_awake.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/cpu_spinner.h"
#include "snug/cleanup.h"
#include "snug/clock.h"

#define WINDOW 128		/* stops */
#define WINDOW_MS 50		/* in which a window is over, or the stops are few */
#define LOOKS 100		/* for a next stop, some 100 us; most come sooner where stops are many */

void cpu_awake_begin(struct cpu_awake *awake, bool may_spin)
{
	*awake = (struct cpu_awake){ .fd = -1, .may_spin = may_spin };
	if (sched_getaffinity(0, sizeof(awake->own), &awake->own) < 0)
		CPU_ZERO(&awake->own);
}

static void rest(struct cpu_awake *awake)
{
	cpu_spinner_go(awake->spinner, -1);
	closep(&awake->fd);
	awake->fd = -1;
	awake->looks = false;
}

void cpu_awake_end(struct cpu_awake *awake)
{
	rest(awake);
	awake->spinner = cpu_spinner_free(awake->spinner);
}

static bool is_late(const struct cpu_awake *awake)
{
	return monotonic_ms() - awake->since_ms > WINDOW_MS;
}

static void ask(struct cpu_awake *awake)
{
	const int32_t latency_us = 0;

	/* A real-time process that yields gives way to none but its like. */
	awake->looks = awake->refused && sched_getscheduler(0) == SCHED_OTHER;
	if (awake->fd >= 0 || awake->refused)
		return;
	awake->fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
	if (awake->fd >= 0 && write(awake->fd, &latency_us, sizeof(latency_us)) == (ssize_t)sizeof(latency_us))
		return;
	rest(awake);
	awake->refused = true;
	awake->may_spin = awake->may_spin && cpu_spinner_is_allowed();
}

/* Of two the one on which we are not; -1 = there are not two. */
static int choose_processor(const struct cpu_awake *awake)
{
	const int ours = sched_getcpu();
	int other = 0;

	if (CPU_COUNT(&awake->own) != 2 || ours < 0)
		return -1;
	while (!CPU_ISSET(other, &awake->own) || other == ours)
		other++;
	return other;
}

static void keep_awake(struct cpu_awake *awake)
{
	const int processor = awake->looks && awake->may_spin ? choose_processor(awake) : -1;

	if (processor >= 0 && !awake->spinner)
		awake->spinner = cpu_spinner_new();
	cpu_spinner_go(awake->spinner, processor);
}

void cpu_awake_look(struct cpu_awake *awake)
{
	if ((awake->fd >= 0 || awake->looks) && is_late(awake))
		rest(awake);
}

void cpu_awake_stopped(struct cpu_awake *awake)
{
	if (!awake->stops)
		awake->since_ms = monotonic_ms();
	if (++awake->stops < WINDOW)
		return;
	if (is_late(awake)) {
		rest(awake);
	} else {
		ask(awake);
		keep_awake(awake);
	}
	awake->stops = 0;
}

pid_t cpu_awake_wait(const struct cpu_awake *awake, bool together, int *ret_status)
{
	for (int i = 0; awake->looks && !together && i < LOOKS; i++) {
		pid_t pid = waitpid(-1, ret_status, __WALL | WNOHANG);

		if (pid != 0)
			return pid;
		sched_yield();
	}
	return waitpid(-1, ret_status, __WALL);
}
