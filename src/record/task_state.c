/* SPDX-License-Identifier: Apache-2.0 */
/* Folder, root and credentials of tasks, read when they are asked for; see task_state.h. */
#include "record/task_state.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/resolve.h"
#include "snug/cleanup.h"
#include "snug/map.h"
#include "snug/memory.h"

#define OVERFLOW_ID 65534u	/* /proc/sys/kernel/overflowuid */

#define ROOTS_MAX 64	/* that are kept open besides our own: who has another may be one of thousands */

/* One for all whose root is our own, and else for those of whom one was started by the other. */
struct shared_root {
	unsigned int users;
	int fd;				/* owned */
	struct task_states *states;
};

struct task_state {
	uint64_t generation;		/* of the folder, the root and the namespaces below */
	uint32_t folder, root;
	struct shared_root *opened;	/* shared; NULL = not yet */
	bool shares_pids;
	bool has_credentials;		/* but for own_userns, */
	bool has_userns;		/* and that */
	uint32_t unsettled;
	struct privileges before_exec;	/* outlives the program, and so what else is known of the task */
	struct credentials credentials;
};

struct task_states {
	struct map *by_tid;		/* → struct task_state */
	struct names *names;		/* borrowed */
	uint64_t generation;
	struct shared_root own_root;	/* ours, opened when somebody is found to have it; it is its own user */
	unsigned int other_roots;	/* that are open */
	char *user_namespace;		/* our own, "user:[4026531837]"; NULL when not to be seen */
	char *pid_namespace;
};

static void leave_root(struct task_state *state)
{
	struct shared_root *root = state->opened;

	state->opened = NULL;
	if (!root || --root->users > 0)
		return;
	root->states->other_roots--;
	close(root->fd);
	free(root);
}

static void empty_state(struct task_state *state)
{
	free(state->credentials.groups);
	leave_root(state);
}

static void free_state(void *value)
{
	if (value)
		empty_state(value);
	free(value);
}

struct task_states *task_states_new(struct names *names)
{
	struct task_states *states = xcalloc(1, sizeof(*states));

	states->by_tid = map_new(free_state);
	states->own_root = (struct shared_root){ .users = 1, .fd = -1, .states = states };
	states->names = names;
	states->generation = 1;
	states->user_namespace = read_task_link(getpid(), "ns/user");
	states->pid_namespace = read_task_link(getpid(), "ns/pid");
	return states;
}

struct task_states *task_states_free(struct task_states *states)
{
	if (!states)
		return NULL;
	map_free(states->by_tid);
	closep(&states->own_root.fd);
	free(states->user_namespace);
	free(states->pid_namespace);
	free(states);
	return NULL;
}

void task_states_moved(struct task_states *states)
{
	states->generation++;
}

static struct task_state *find(struct task_states *states, pid_t tid)
{
	void **slot = map_slot(states->by_tid, &tid, sizeof(tid));

	if (!*slot)
		*slot = xcalloc(1, sizeof(struct task_state));
	return *slot;
}

void task_states_new_credentials(struct task_states *states, pid_t tid)
{
	struct task_state *state = find(states, tid);

	state->has_credentials = state->has_userns = false;
}

void task_states_forget(struct task_states *states, pid_t tid)
{
	struct task_state *state = map_get(states->by_tid, &tid, sizeof(tid));

	/* The slot stays: numbers of tasks come again, and are bounded by pid_max. */
	if (!state)
		return;
	empty_state(state);
	*state = (struct task_state){ .before_exec = state->before_exec };
}

void task_states_inherit(struct task_states *states, pid_t child, pid_t parent)
{
	const struct task_state *from = map_get(states->by_tid, &parent, sizeof(parent));
	struct task_state *to;

	task_states_forget(states, child);
	if (!from)
		return;
	to = find(states, child);
	from = map_get(states->by_tid, &parent, sizeof(parent));
	to->generation = from->generation;
	to->folder = from->folder;
	to->root = from->root;
	to->shares_pids = from->shares_pids;
	to->opened = from->opened;
	if (to->opened)
		to->opened->users++;
	if (!from->has_credentials)
		return;
	to->has_credentials = true;
	to->has_userns = from->has_userns;
	to->credentials = from->credentials;
	to->credentials.groups = xmemdup(from->credentials.groups, from->credentials.group_count * sizeof(*to->credentials.groups));
}

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static struct task_state *find_place(struct task_states *states, pid_t tid)
{
	struct task_state *state = find(states, tid);

	if (state->generation != states->generation) {
		auto_free char *folder = read_task_link(tid, "cwd");
		auto_free char *root = read_task_link(tid, "root");
		auto_free char *mounts = read_task_link(tid, "ns/mnt");
		auto_free char *pids = read_task_link(tid, "ns/pid");
		auto_free char *both = xasprintf("%s %s", mounts ? mounts : "", root ? root : "");

		leave_root(state);
		state->folder = names_number(states->names, folder);
		state->root = root ? names_number(states->names, both) : 0;
		state->shares_pids = same_text(pids, states->pid_namespace);
		state->generation = states->generation;
	}
	return state;
}

bool task_is_known(const struct task_states *states, pid_t tid)
{
	const struct task_state *state = map_get(states->by_tid, &tid, sizeof(tid));

	return state && state->generation == states->generation && state->root && state->folder && state->has_credentials;
}

uint32_t task_folder(struct task_states *states, pid_t tid)
{
	return find_place(states, tid)->folder;
}

uint32_t task_root(struct task_states *states, pid_t tid)
{
	return find_place(states, tid)->root;
}

/* Takes `fd`; NULL when there are too many. */
static struct shared_root *share_root(struct task_states *states, int fd)
{
	struct shared_root *root = &states->own_root;

	if (is_own_root(fd)) {
		closep(&root->fd);
		root->fd = fd;
		root->users++;
		return root;
	}
	if (states->other_roots == ROOTS_MAX) {
		close(fd);
		return NULL;
	}
	states->other_roots++;
	root = xcalloc(1, sizeof(*root));
	*root = (struct shared_root){ 1, fd, states };
	return root;
}

int task_root_descriptor(struct task_states *states, pid_t tid, bool *ret_ours)
{
	struct task_state *state = find_place(states, tid);
	char name[64];

	if (!state->opened) {
		int fd;

		snprintf(name, sizeof(name), "/proc/%d/root", tid);
		fd = open(name, O_PATH | O_CLOEXEC);
		state->opened = fd < 0 ? NULL : share_root(states, fd);
	}
	*ret_ours = state->opened == &states->own_root;
	return state->opened ? state->opened->fd : -1;
}

struct privileges *process_before_exec(struct task_states *states, pid_t pid)
{
	return &find(states, pid)->before_exec;
}

uint32_t *task_unsettled(struct task_states *states, pid_t tid)
{
	return &find(states, tid)->unsettled;
}

bool task_shares_pids(struct task_states *states, pid_t tid)
{
	return find_place(states, tid)->shares_pids;
}

static void read_ids(const char *text, uint32_t ids[4])
{
	char *end;

	for (size_t i = 0; i < 4; i++, text = end)
		ids[i] = (uint32_t)strtoul(text, &end, 10);
}

static void read_groups(const char *text, struct credentials *credentials)
{
	size_t count = 0;
	char *end;

	for (;;) {
		unsigned long group = strtoul(text, &end, 10);

		if (end == text)
			break;
		credentials->groups = xrealloc(credentials->groups, count + 1, sizeof(*credentials->groups));
		credentials->groups[count++] = (uint32_t)group;
		text = end;
	}
	credentials->group_count = count;
}

static void read_set(const char *text, uint64_t *set)
{
	*set = strtoull(text, NULL, 16);
}

/* One line of /proc/TID/status, proc(5). */
static void read_status_line(const char *line, struct credentials *credentials)
{
	const struct {
		const char *field;
		uint64_t *set;
	} sets[] = {
		{ "CapInh:", &credentials->inheritable }, { "CapPrm:", &credentials->permitted },
		{ "CapEff:", &credentials->effective }, { "CapBnd:", &credentials->bounding },
	};

	if (strncmp(line, "Uid:", 4) == 0)
		read_ids(line + 4, credentials->uid);
	else if (strncmp(line, "Gid:", 4) == 0)
		read_ids(line + 4, credentials->gid);
	else if (strncmp(line, "Groups:", 7) == 0)
		read_groups(line + 7, credentials);
	else if (strncmp(line, "NoNewPrivs:", 11) == 0)
		credentials->no_new_privs = strtol(line + 11, NULL, 10);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (strncmp(line, sets[i].field, 7) == 0)
			read_set(line + 7, sets[i].set);
}

static bool read_credentials(struct task_state *state, pid_t tid)
{
	auto_free char *status = NULL;
	char *save = NULL;

	if (state->has_credentials)
		return true;
	status = read_task_file(tid, "status");
	if (!status)
		return false;
	free(state->credentials.groups);
	state->credentials = (struct credentials){ 0 };
	for (char *line = strtok_r(status, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_status_line(line, &state->credentials);
	state->has_credentials = true;
	state->has_userns = false;
	return true;
}

const struct credentials *task_credentials(struct task_states *states, pid_t tid)
{
	struct task_state *state = find(states, tid);

	if (!read_credentials(state, tid))
		return NULL;
	if (!state->has_userns) {
		auto_free char *user = read_task_link(tid, "ns/user");

		state->credentials.own_userns = user && !same_text(user, states->user_namespace);
		state->has_userns = true;
	}
	return &state->credentials;
}

struct privileges task_privileges(struct task_states *states, pid_t tid)
{
	struct task_state *state = find(states, tid);
	const struct credentials *found = &state->credentials;

	if (!read_credentials(state, tid))
		return (struct privileges){ 0 };
	return (struct privileges){
		true, found->uid[CREDENTIAL_EFFECTIVE], found->gid[CREDENTIAL_EFFECTIVE], found->permitted,
	};
}

/* Walks the processes that have this number, of themselves or of their group, in this namespace, until `found` says enough. */
static void walk_processes(const char *field, pid_t number, const char *namespace,
			   bool (*found)(void *context, pid_t pid), void *context)
{
	const struct dirent *entry;
	DIR *folder = opendir("/proc");

	while (folder && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		auto_free char *own = pid > 0 && task_own_number(pid, field) == number ? read_task_link(pid, "ns/pid") : NULL;

		if (same_text(own, namespace) && found(context, pid))
			break;
	}
	if (folder)
		closedir(folder);
}

static bool keep_first(void *context, pid_t pid)
{
	pid_t *ret = context;

	*ret = pid;
	return true;
}

pid_t task_find_process(struct task_states *states, pid_t tid, pid_t pid)
{
	auto_free char *namespace = NULL;
	pid_t found = -1;

	if (task_shares_pids(states, tid))
		return pid;
	namespace = read_task_link(tid, "ns/pid");
	walk_processes("NSpid:", pid, namespace, keep_first, &found);
	return found;
}

void task_walk_group(pid_t tid, pid_t group, bool (*found)(void *context, pid_t pid), void *context)
{
	auto_free char *namespace = read_task_link(tid, "ns/pid");

	walk_processes("NSpgid:", group, namespace, found, context);
}

/* user_namespaces(7): "inside outside count", outside as the reader's namespace has it. */
uint32_t task_map_id(pid_t tid, const char *map, uint32_t id)
{
	char name[64];
	auto_fclose FILE *file = NULL;
	unsigned long inside, outside, count;

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, map);
	file = fopen(name, "re");
	while (file && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3)
		if (id >= inside && id - inside < count)
			return (uint32_t)(outside + (id - inside));
	return file ? OVERFLOW_ID : id;
}
