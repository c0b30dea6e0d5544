/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each task: where it stands, and who it is.
 *
 * Read from /proc when first asked for, and again after a call that may have changed it (STALE_FOLDER,
 * STALE_CREDENTIALS in knowledge/syscall_access).
 */
#ifndef SNUG_RECORD_TASK_STATE_H
#define SNUG_RECORD_TASK_STATE_H

#include <sys/types.h>

#include "record/known.h"
#include "snug/capability_inference.h"

struct task_states;

struct privileges {
	bool known;
	uint32_t uid, gid;	/* effective */
	uint64_t permitted;
};

struct task_states *task_states_new(struct names *names);	/* `names` is borrowed */
struct task_states *task_states_free(struct task_states *states);	/* accepts NULL, returns NULL */

/* Any task's folder, root or namespaces may have changed: tasks can share them (CLONE_FS). */
void task_states_moved(struct task_states *states);
void task_states_new_credentials(struct task_states *states, pid_t tid);
void task_states_forget(struct task_states *states, pid_t tid);

/* A child begins as its parent is; but for namespaces of its own, of which the caller knows. */
void task_states_inherit(struct task_states *states, pid_t child, pid_t parent);

/* Numbers of task_states' `names`: the working folder; mount namespace and root. 0 when not to be seen. */
uint32_t task_folder(struct task_states *states, pid_t tid);
uint32_t task_root(struct task_states *states, pid_t tid);

/* An O_PATH descriptor of its root, kept open for the task and those that it starts; borrowed, until somebody may have moved.
 * -1 when it cannot be opened. `ret_ours`: it is our own root. */
int task_root_descriptor(struct task_states *states, pid_t tid, bool *ret_ours);

/* Are its root and its credentials known, without a look into /proc? */
bool task_is_known(const struct task_states *states, pid_t tid);

/* Valid until the task's change or end; NULL when not to be seen. */
const struct credentials *task_credentials(struct task_states *states, pid_t tid);

/* A part of them, which is quicker. */
struct privileges task_privileges(struct task_states *states, pid_t tid);

/* What process `pid` had when it last asked for another program. */
struct privileges *process_before_exec(struct task_states *states, pid_t pid);

/* Set of enum stale: what the task's last call may have changed, or may be about to. */
uint32_t *task_unsettled(struct task_states *states, pid_t tid);

/* In the recorder's own process namespace, so that numbers of processes mean the same to both? */
bool task_shares_pids(struct task_states *states, pid_t tid);

/* Our number of the process that `tid` knows as `pid`; -1 when there is none to be seen. */
pid_t task_find_process(struct task_states *states, pid_t tid, pid_t pid);

/* Calls `found` with our number of each process in the group that `tid` knows as `group`, until it returns true. */
void task_walk_group(pid_t tid, pid_t group, bool (*found)(void *context, pid_t pid), void *context);

/* An id of the task's user namespace as the recorder's has it; the overflow id when it has none. */
uint32_t task_map_id(pid_t tid, const char *map, uint32_t id);

#endif
