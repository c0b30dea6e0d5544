/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of ours that is a member of an instance, and does nothing but start processes.
 *
 * What a member starts is a member from its first instruction on (options/event-fork), at no cost. To add somebody to the list
 * afterwards, the kernel waits until all CPUs have let go of the list as it was: 40 ms.
 */
#ifndef SNUG_RECORD_TRACEFS_PARENT_H
#define SNUG_RECORD_TRACEFS_PARENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "record/tracefs_instance.h"

struct tracefs_parent;

/* The instance's events must still be off. NULL: there can be none, and whoever is to be a member has to be added. */
struct tracefs_parent *tracefs_parent_start(const struct tracefs_instance *instance);
/* The thread ends; its children are ours as before. What it did is still told by tracefs_parent_is(). Accepts NULL, as do all below. */
void tracefs_parent_end(struct tracefs_parent *parent);
struct tracefs_parent *tracefs_parent_free(struct tracefs_parent *parent);	/* returns NULL */

/* Are children members? Not in a process that was forked from the one that started it. */
bool tracefs_parent_lives(const struct tracefs_parent *parent);
bool tracefs_parent_is(const struct tracefs_parent *parent, pid_t tid);	/* was it that thread? */

/* A child of ours, a member if the parent lives, runs run(), which does not return. To the caller as fork(2). */
pid_t tracefs_parent_fork(struct tracefs_parent *parent, void (*run)(void *context), void *context);

#endif
