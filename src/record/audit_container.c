/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_container.h: a table by pid, in which a newer process takes an older one's place. */
#include "record/audit_container.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "snug/memory.h"
#include "snug/text.h"

#define PROCESSES_MAX 4096
#define ID_MIN 12		/* digits by which engines shorten an id */

enum role {
	ROLE_OTHER,
	ROLE_RUNTIME,		/* it may start the container's programs */
	ROLE_HELPER,		/* of the runtime, on the host: what it executes is a hook */
	ROLE_MEMBER,
};

struct process {
	pid_t pid, parent;	/* pid 0 = free */
	enum role role;
};

struct audit_container {
	const char *id;
	struct process processes[PROCESSES_MAX];
	bool is_met;
};

/* What an EXECVE record says of who is started. */
struct start {
	bool is_start, is_runtime, names_id;
	bool is_own;		/* the runtime starts itself again, in the container's namespaces */
	bool only_prepares;
};

/* How the names of programs begin that are told a container's id and start what is in it. */
static const struct {
	const char *name, *source;
} runtimes[] = {
	{ "conmon", "containers/conmon: podman, CRI-O" },
	{ "containerd-shim", "containerd, runtime/v2: Docker, Kubernetes" },
	{ "crun", "containers/crun" },
	{ "kata-runtime", "kata-containers" },
	{ "runc", "opencontainers/runc" },
	{ "runsc", "gVisor" },
	{ "snug", "snug-runtime(1), which goes on as the runtime that it stands before" },
	{ "youki", "youki-dev/youki" },
};

/* Arguments by which they are told what to do. */
static const struct {
	const char *word;
	size_t offset;		/* in struct start */
	const char *source;
} words[] = {
	{ "create", offsetof(struct start, only_prepares), "runtime-spec, runtime.md: what it starts itself are hooks" },
	{ "delete", offsetof(struct start, only_prepares), "runtime-spec, runtime.md" },
	{ "init", offsetof(struct start, is_own), "runc, init.go" },
	{ "start", offsetof(struct start, only_prepares), "runtime-spec, runtime.md: the container's program is there already, and waits" },
};

struct audit_container *audit_container_new(const char *id)
{
	struct audit_container *container = xcalloc(1, sizeof(*container));

	container->id = id;
	return container;
}

struct audit_container *audit_container_free(struct audit_container *container)
{
	free(container);
	return NULL;
}

bool audit_container_is_met(const struct audit_container *container)
{
	return container->is_met;
}

/* The id itself, or the long one that it is short for. */
static bool is_id(const struct audit_container *container, const char *word)
{
	size_t length = strlen(container->id);

	if (strncmp(word, container->id, length) != 0)
		return false;
	return word[length] == '\0' || (length >= ID_MIN && strspn(word, "0123456789abcdef") == strlen(word));
}

static bool is_runtime(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++)
		if (strncmp(name, runtimes[i].name, strlen(runtimes[i].name)) == 0)
			return true;
	return false;
}

static void take_argument(const struct audit_container *container, struct start *start, unsigned long index, const char *word)
{
	start->is_start = true;
	if (index == 0) {
		start->is_runtime = is_runtime(word);
		return;
	}
	start->names_id |= is_id(container, word);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			*((bool *)((char *)start + words[i].offset)) = true;
}

/* "a0", "a1", …; an argument that is cut ("a1[0]") is longer than any id. */
static void read_start(const struct audit_container *container, struct start *start, const struct audit_record *record)
{
	struct audit_field_walk walk = { record->body, record->length };
	CLEANUP(text_done) struct text word = TEXT_EMPTY;
	struct audit_named_value field;

	while (audit_field_next(&walk, &field)) {
		char *end;
		unsigned long index = strtoul(field.name + 1, &end, 10);

		if (field.name[0] != 'a' || !isdigit((unsigned char)field.name[1]) || *end != '=')
			continue;
		text_clear(&word);
		if (!audit_value_bytes(&field, &word))
			text_add(&word, field.value, field.length);
		take_argument(container, start, index, text_cstr(&word));
	}
}

static struct process *slot_of(struct audit_container *container, pid_t pid)
{
	return &container->processes[(size_t)pid % PROCESSES_MAX];
}

static enum role role_of(struct audit_container *container, pid_t pid)
{
	const struct process *process = slot_of(container, pid);

	return process->pid == pid ? process->role : ROLE_OTHER;
}

/* A process that changes its parent has lost it, and has one of the same container, or is another process. */
static enum role role_before(struct audit_container *container, pid_t pid, pid_t parent)
{
	const struct process *process = slot_of(container, pid);
	enum role inherited = role_of(container, parent);

	return process->pid == pid && (process->parent == parent || inherited != ROLE_OTHER) ? process->role : inherited;
}

/* Whatever a member calls itself, it is one. */
static enum role role_after(enum role before, enum role parent, const struct start *start)
{
	if (parent == ROLE_MEMBER)
		return ROLE_MEMBER;
	if (start->is_runtime && start->names_id)
		return start->only_prepares ? ROLE_HELPER : ROLE_RUNTIME;
	if (before != ROLE_RUNTIME && before != ROLE_HELPER)
		return before;
	if (start->is_runtime && start->is_own)
		return ROLE_RUNTIME;
	return parent == ROLE_HELPER ? ROLE_HELPER : ROLE_MEMBER;
}

static bool has_process(struct audit_container *container, pid_t pid, pid_t parent, const struct start *start)
{
	enum role role = role_before(container, pid, parent);
	struct process *process = slot_of(container, pid);

	if (start->is_start)
		role = role_after(role, role_of(container, parent), start);
	container->is_met |= start->is_runtime && start->names_id;
	if (role != ROLE_OTHER)
		*process = (struct process){ pid, parent, role };
	else if (process->pid == pid)
		*process = (struct process){ 0 };
	return role == ROLE_MEMBER;
}

static pid_t pid_in(const struct audit_record *record, const char *name)
{
	uint64_t pid;

	return audit_field_number(record, name, 10, &pid) && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* Without a SYSCALL record nobody says who the parent is. */
bool audit_container_has(struct audit_container *container, const struct audit_event *event)
{
	struct start start = { 0 };
	const struct audit_record *call = NULL, *any = NULL;

	for (size_t i = 0; i < event->count; i++) {
		const struct audit_record *record = &event->records[i];

		if (record->type->use == AUDIT_USE_ARGUMENTS)	/* told when it has become the program, exec_binprm() in fs/exec.c */
			read_start(container, &start, record);
		else if (record->type->use == AUDIT_USE_CALL)
			call = record;
		else if (record->type->use != AUDIT_USE_DETAIL)
			any = record;
	}
	if (call)
		return has_process(container, pid_in(call, "pid"), pid_in(call, "ppid"), &start);
	return any && role_of(container, pid_in(any, "pid")) == ROLE_MEMBER;
}
