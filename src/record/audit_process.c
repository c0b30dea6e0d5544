/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_process.h: a table by pid, in which a newer process takes an older one's place. */
#include "record/audit_process.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

struct audit_processes {
	struct audit_process slots[AUDIT_PROCESSES_MAX];
	size_t descriptors, bytes;	/* of all */
};

struct audit_processes *audit_processes_new(void)
{
	return xcalloc(1, sizeof(struct audit_processes));
}

struct audit_descriptor *audit_descriptor_new(const struct audit_descriptor *told)
{
	struct audit_descriptor *descriptor = xcalloc(1, sizeof(*descriptor));

	*descriptor = *told;
	descriptor->users = 1;
	return descriptor;
}

struct audit_descriptor *audit_descriptor_use(struct audit_descriptor *descriptor)
{
	descriptor->users++;
	return descriptor;
}

void audit_descriptor_done(struct audit_descriptor *descriptor)
{
	if (!descriptor || --descriptor->users)
		return;
	free(descriptor->path);
	free(descriptor->socket.address);
	free(descriptor);
}

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static size_t bytes_of(const struct audit_descriptor *descriptor)
{
	return sizeof(struct audit_slot) + sizeof(*descriptor) + (descriptor->path ? strlen(descriptor->path) : 0) +
	       (descriptor->socket.address ? strlen(descriptor->socket.address) : 0);
}

static void fill(struct audit_processes *processes, struct audit_slot *slot, struct audit_descriptor *descriptor)
{
	*slot = (struct audit_slot){ descriptor->fd, audit_descriptor_use(descriptor) };
	processes->descriptors++;
	processes->bytes += bytes_of(descriptor);
}

static void empty(struct audit_processes *processes, struct audit_slot *slot)
{
	processes->descriptors--;
	processes->bytes -= bytes_of(slot->descriptor);
	audit_descriptor_done(slot->descriptor);
}

static void process_done(struct audit_processes *processes, struct audit_process *process)
{
	for (size_t i = 0; i < process->count; i++)
		empty(processes, &process->slots[i]);
	free(process->slots);
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
	to->count = to->capacity = from->count;
	to->slots = from->count ? xcalloc(from->count, sizeof(*to->slots)) : NULL;
	for (size_t i = 0; i < from->count; i++)
		fill(processes, &to->slots[i], from->slots[i].descriptor);
}

static size_t bytes_of_all(const struct audit_process *process)
{
	size_t sum = 0;

	for (size_t i = 0; i < process->count; i++)
		sum += bytes_of(process->slots[i].descriptor);
	return sum;
}

/* A process whose parent ends gets another one: it is then taken for a new one, and what was known of it is forgotten. */
struct audit_process *audit_process_of(struct audit_processes *processes, pid_t pid, pid_t parent)
{
	struct audit_process *process = find(processes, pid), *from = find(processes, parent);

	if (pid <= 0 || (process && process->parent == parent))
		return process;
	if (from && (processes->descriptors + from->count > AUDIT_DESCRIPTORS_ALL ||
		     processes->bytes + bytes_of_all(from) > AUDIT_DESCRIPTORS_BYTES)) {
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

static struct audit_slot *find_slot(const struct audit_process *process, int fd)
{
	for (size_t i = 0; i < process->count; i++)
		if (process->slots[i].fd == fd)
			return &process->slots[i];
	return NULL;
}

const struct audit_descriptor *audit_descriptor_find(const struct audit_process *process, int fd)
{
	const struct audit_slot *slot = find_slot(process, fd);

	return slot ? slot->descriptor : NULL;
}

static struct audit_slot *add_slot(struct audit_process *process)
{
	if (process->count == process->capacity) {
		process->capacity = process->capacity ? 2 * process->capacity : 4;
		process->slots = xrealloc(process->slots, process->capacity, sizeof(*process->slots));
	}
	return &process->slots[process->count++];
}

static bool has_room(const struct audit_processes *processes, const struct audit_descriptor *made)
{
	return made->fd >= 0 && made->fd < AUDIT_DESCRIPTORS_MAX && processes->descriptors < AUDIT_DESCRIPTORS_ALL &&
	       processes->bytes + bytes_of(made) <= AUDIT_DESCRIPTORS_BYTES;
}

void audit_descriptor_set(struct audit_processes *processes, struct audit_process *process, struct audit_descriptor *made)
{
	struct audit_slot *slot = find_slot(process, made->fd);

	if (slot)
		empty(processes, slot);
	if (has_room(processes, made))
		fill(processes, slot ?: add_slot(process), made);
	else if (slot)
		*slot = process->slots[--process->count];
}

void audit_process_execs(struct audit_processes *processes, struct audit_process *process, const char *program)
{
	size_t kept = 0;

	free(process->program);
	process->program = copy_of(program);
	for (size_t i = 0; i < process->count; i++) {
		if (process->slots[i].descriptor->ends_at_exec)
			empty(processes, &process->slots[i]);
		else
			process->slots[kept++] = process->slots[i];
	}
	process->count = kept;
}
