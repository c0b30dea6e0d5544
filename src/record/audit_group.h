/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those whose login uid is one of ours, or whom one AppArmor profile confines, and what audit tells of them: a command, or a container
 * with its sessions.
 *
 *	audit_group_new() → audit_group_begin()		the kernel tells of them from now on
 *	audit_group_add()				a process that is about to become one of them
 *	audit_group_read(), _step(), _install()		records, capabilities, rules by what was learnt
 *	audit_group_part() … audit_group_is_whole()	the last of them is gone: rules go, what was logged is on its way, is all there
 *	audit_group_end() → audit_group_free()		what is open is sent, and what was lost
 *
 * Every group is given all records, and takes its own. The sink is told of what a group's records mean; who reads them, and when
 * it is over, is up to others.
 */
#ifndef SNUG_RECORD_AUDIT_GROUP_H
#define SNUG_RECORD_AUDIT_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/audit_reader.h"
#include "snug/error.h"
#include "snug/event.h"

#define AUDIT_END_MS 10000	/* without a record: our own is not going to come any more */

struct audit_group;

struct audit_group_options {
	struct event_sink sink;
	uint32_t login;
	const char *profile;	/* borrowed; AppArmor's, of a container that runs already: then the login uid is only the group's name. NULL = none */
	bool container;		/* what is added is a container runtime: what it does before the container begins is nobody's */
	bool exhaustive;	/* every call, for ever */
};

struct audit_group *audit_group_new(const struct audit_group_options *options);
struct audit_group *audit_group_free(struct audit_group *group);	/* accepts NULL, returns NULL */

/* `kernel`: see audit_kernel.h. */
int audit_group_begin(struct audit_group *group, int kernel, const struct audit_reader *reader, struct error *err);

/* Before it takes the login uid, or executes a program with it. */
void audit_group_add(struct audit_group *group, pid_t pid);

/* For poll(2): readable when audit_group_step() has something to do; -1 = never. */
int audit_group_descriptor(const struct audit_group *group);
void audit_group_step(struct audit_group *group);

/* A record, as audit_reader_next() gives it, with a NUL behind it. A negative errno is the sink's. */
int audit_group_read(struct audit_group *group, unsigned int type, const char *words, size_t length);

/* Some of it is missing, for a reason that its losses name so: a text that lives as long as the program. */
void audit_group_lost(struct audit_group *group, const char *source);

/* Has the program begun, as far as records tell? */
bool audit_group_has_begun(const struct audit_group *group);

/* The rules as they should be by now; about as often as that is worth it. */
int audit_group_install(struct audit_group *group, int kernel, struct error *err);

int audit_group_part(struct audit_group *group, int kernel, struct error *err);
bool audit_group_is_whole(const struct audit_group *group);

/* Tells the sink of losses; `*ret_complete`: there were none. */
int audit_group_end(struct audit_group *group, int kernel, const struct audit_reader *reader, bool *ret_complete, struct error *err);

/* The first process with this login uid for which is_it() is true, whoever is its parent by now; 0 = there is none. */
pid_t audit_login_find(uint32_t login, bool (*is_it)(pid_t pid, const void *what), const void *what);

/* Is the process more than what waits to be reaped? For audit_login_find(). */
bool audit_login_is_alive(pid_t pid, const void *what);

#endif
