/* SPDX-License-Identifier: Apache-2.0 */
/* See prompt.h. */
#include "record/prompt.h"

#include <sched.h>
#include <sys/resource.h>

void prompt_allow(void)
{
	const struct rlimit one = { 1, 1 };

	setrlimit(RLIMIT_RTPRIO, &one);
}

void prompt_wait(bool prompt)
{
	const struct sched_param priority = { .sched_priority = prompt };

	sched_setscheduler(0, (prompt ? SCHED_RR : SCHED_OTHER) | SCHED_RESET_ON_FORK, &priority);
}
