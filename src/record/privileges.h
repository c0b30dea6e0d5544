/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a listener is a target: it reads the memory and walks the paths of whatever runs in containers.
 *
 * So it keeps only what that needs, and can gain nothing any more.
 */
#ifndef SNUG_RECORD_PRIVILEGES_H
#define SNUG_RECORD_PRIVILEGES_H

#include <stdbool.h>

/* Gives up, for good, every capability but those of the table in privileges.c; no program that is executed from now on gains any.
 * Nothing changes for an ordinary user, who has none. Returns 0 or a negative errno. */
int privileges_drop(void);

/* May wait as a real-time process (prompt_wait()) after that. */
void privileges_allow_prompt(void);

/* From now on who waits here is woken before others run: for what must be done before a runtime goes on. `prompt` false ends that, for
 * work that may take its time. Does nothing where the kernel does not let us. */
void prompt_wait(bool prompt);

#endif
