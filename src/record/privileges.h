/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of a listener is a target: it reads the memory and walks the paths of whatever runs in containers.
 *
 * So it keeps only what that needs, and can gain nothing any more.
 */
#ifndef SNUG_RECORD_PRIVILEGES_H
#define SNUG_RECORD_PRIVILEGES_H

/* Gives up, for good, every capability but those of the table in privileges.c; no program that is executed from now on gains any.
 * Nothing changes for an ordinary user, who has none. Returns 0 or a negative errno. */
int privileges_drop(void);

#endif
