/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that runs already, as /proc shows it: which processes are in it, and which AppArmor profile is its own.
 *
 * Engines and runtimes name a container's cgroup after it, and nothing else on the host tells of all of them. A profile is the container's own
 * when whoever is confined by it is in that cgroup.
 */
#ifndef SNUG_RECORD_RUNNING_CONTAINER_H
#define SNUG_RECORD_RUNNING_CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/error.h"

struct running_container {
	char *id;		/* owned; whole, where it was given shortened */
	char *profile;		/* owned; as records of audit name it */
	pid_t pid;		/* of one of its processes, the oldest that there is */
};

#define RUNNING_CONTAINER_NONE { .pid = 0 }

/* -ENOENT: no process is in a container of this id; -ENOTUNIQ: it has no profile of its own. To be ended, also on failure. */
int running_container_find(struct running_container *ret, const char *id, struct error *err);
void running_container_done(struct running_container *container);

struct running_container_look {
	pid_t confined;		/* a process of the container that its profile confines; 0 = there is none any more */
	pid_t other;		/* a program of the container that something else confines, or nothing; 0 = none */
	pid_t beginning;	/* the same of a runtime on its way to a program, as it seems: it is not a file of the container */
	pid_t stranger;		/* a process of somebody else that the profile confines; 0 = none */
};

/* A process may be caught between two states: one that a fork() has just made has no cgroup yet. What stays so for two
 * looks is so. */
struct running_container_look running_container_look(const struct running_container *container);

/* Which container the text of a /proc/PID/cgroup names by `id`; owned by the caller, NULL = another one, or none. Pure. */
char *cgroup_container(const char *text, const char *id);

#endif
