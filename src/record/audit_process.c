/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_process.h: a table by pid, in which a newer process takes an older one's place. */
#include "record/audit_process.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

struct audit_processes {
	struct audit_process slots[AUDIT_PROCESSES_MAX];
	size_t descriptors;		/* of all */
};

struct audit_processes *audit_processes_new(void)
{
	return xcalloc(1, sizeof(struct audit_processes));
}

void audit_descriptor_done(struct audit_descriptor *descriptor)
{
	free(descriptor->path);
	free(descriptor->socket.address);
}

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

struct audit_descriptor audit_descriptor_dup(const struct audit_descriptor *descriptor)
{
	struct audit_descriptor copy = *descriptor;

	copy.path = copy_of(descriptor->path);
	copy.socket.address = copy_of(descriptor->socket.address);
	return copy;
}

static void process_done(struct audit_processes *processes, struct audit_process *process)
{
	for (size_t i = 0; i < process->count; i++)
		audit_descriptor_done(&process->descriptors[i]);
	processes->descriptors -= process->count;
	free(process->descriptors);
	free(process->program);
	*process = (struct audit_process){ 0 };
}

void audit_processes_clear(struct audit_processes *processes)
{
	for (size_t i = 0; i < AUDIT_PROCESSES_MAX; i++)
		process_done(processes, &processes->slots[i]);
}

struct audit_processes *audit_processes_free(struct audit_processes *processes)
{
	if (processes)
		audit_processes_clear(processes);
	free(processes);
	return NULL;
}

static uint32_t slot_of(pid_t pid)
{
	return (uint32_t)pid % AUDIT_PROCESSES_MAX;
}

static struct audit_process *find(const struct audit_processes *processes, pid_t pid)
{
	const struct audit_process *process = &processes->slots[slot_of(pid)];

	return pid > 0 && process->pid == pid ? (struct audit_process *)process : NULL;
}

bool audit_processes_has(const struct audit_processes *processes, pid_t pid)
{
	return find(processes, pid);
}

static void copy(struct audit_processes *processes, struct audit_process *to, const struct audit_process *from)
{
	to->program = copy_of(from->program);
	to->descriptors = xcalloc(from->count ?: 1, sizeof(*to->descriptors));
	to->count = from->count;
	processes->descriptors += from->count;
	for (size_t i = 0; i < from->count; i++)
		to->descriptors[i] = audit_descriptor_dup(&from->descriptors[i]);
}

/* A process whose parent ends gets another one: it is then taken for a new one, and what was known of it is forgotten. */
struct audit_process *audit_process_of(struct audit_processes *processes, pid_t pid, pid_t parent)
{
	struct audit_process *process = find(processes, pid), *from = find(processes, parent);

	if (pid <= 0 || (process && process->parent == parent))
		return process;
	if (processes->descriptors + (from ? from->count : 0) > AUDIT_DESCRIPTORS_ALL) {
		audit_processes_clear(processes);
		from = NULL;
	}
	process = &processes->slots[slot_of(pid)];
	if (slot_of(pid) == slot_of(parent))	/* its parent has to make room for it */
		from = NULL;
	process_done(processes, process);
	process->pid = pid;
	process->parent = parent;
	if (from)
		copy(processes, process, from);
	return process;
}

struct audit_descriptor *audit_descriptor_find(const struct audit_process *process, int fd)
{
	for (size_t i = 0; i < process->count; i++)
		if (process->descriptors[i].fd == fd)
			return &process->descriptors[i];
	return NULL;
}

void audit_descriptor_set(struct audit_processes *processes, struct audit_process *process, struct audit_descriptor *made)
{
	struct audit_descriptor *descriptor = audit_descriptor_find(process, made->fd);

	if (!descriptor && (made->fd < 0 || made->fd >= AUDIT_DESCRIPTORS_MAX ||
			    processes->descriptors >= AUDIT_DESCRIPTORS_ALL)) {
		audit_descriptor_done(made);
		return;
	}
	if (descriptor) {
		audit_descriptor_done(descriptor);
	} else {
		process->descriptors = xrealloc(process->descriptors, process->count + 1, sizeof(*process->descriptors));
		descriptor = &process->descriptors[process->count++];
		processes->descriptors++;
	}
	*descriptor = *made;
}

void audit_process_execs(struct audit_processes *processes, struct audit_process *process, const char *program)
{
	size_t kept = 0;

	free(process->program);
	process->program = copy_of(program);
	for (size_t i = 0; i < process->count; i++) {
		if (process->descriptors[i].ends_at_exec)
			audit_descriptor_done(&process->descriptors[i]);
		else
			process->descriptors[kept++] = process->descriptors[i];
	}
	processes->descriptors -= process->count - kept;
	process->count = kept;
}
