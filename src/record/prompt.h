/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running before others: a recorder that waits for its turn on a busy machine holds up what it stopped, or loses what
 * the kernel kept for it.
 */
#ifndef SNUG_RECORD_PROMPT_H
#define SNUG_RECORD_PROMPT_H

#include <stdbool.h>

/* May be prompt after it has given up root's rights. */
void prompt_allow(void);

/* From now on this process runs as soon as there is something for it, before any that is not real-time; sched(7),
 * SCHED_RR of the lowest priority. `prompt` false ends that, for work that may take its time. What is started runs as
 * others do, but with a nice value of 0 if it was started while this was on. Does nothing where the kernel does not
 * let us. */
void prompt_wait(bool prompt);

#endif
