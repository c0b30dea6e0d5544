/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log has told so far of processes: their programs, and what their descriptors are.
 *
 * A log shows some calls and not others, so that what stands here may be old. Where a record says which inode a call was about, that decides;
 * a process that came in another's place is told by its parent. Bounded: what is forgotten is unknown again.
 */
#ifndef SNUG_RECORD_AUDIT_PROCESS_H
#define SNUG_RECORD_AUDIT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "record/audit_details.h"

#define AUDIT_PROCESSES_MAX 4096
#define AUDIT_DESCRIPTORS_MAX 256	/* of one process; higher numbers are not remembered */
#define AUDIT_DESCRIPTORS_ALL 32768	/* of all of them: beyond, everything is forgotten */
#define AUDIT_DESCRIPTORS_BYTES (16 << 20)	/* that all of them take, as if they shared nothing: beyond, the same */

struct audit_socket {
	int family, type, protocol;	/* -1 = not known */
	char *address;			/* owned; of a unix socket, once bound */
};

/* Never changed once it was told: processes and effects share it. */
struct audit_descriptor {
	size_t users;
	int fd;
	uint64_t origin;		/* of the call that made it: descriptors of one origin are the same; never 0 */
	bool ends_at_exec;
	char *path;			/* owned; NULL = not known, or a socket */
	struct audit_inode inode;
	uint32_t mode;			/* 0 = not known */
	bool is_socket;
	struct audit_socket socket;
};

struct audit_process {
	pid_t pid, parent;		/* pid 0 = free */
	char *program;			/* owned; NULL = not known */
	struct audit_slot {
		int fd;
		struct audit_descriptor *descriptor;	/* one of its users */
	} *slots;			/* owned */
	size_t count, capacity;
};

/* What was told becomes a descriptor of one user: what it holds is taken. */
struct audit_descriptor *audit_descriptor_new(const struct audit_descriptor *told);
struct audit_descriptor *audit_descriptor_use(struct audit_descriptor *descriptor);	/* one user more */
void audit_descriptor_done(struct audit_descriptor *descriptor);	/* one less, who was the last frees it; accepts NULL */

struct audit_processes;

struct audit_processes *audit_processes_new(void);
struct audit_processes *audit_processes_free(struct audit_processes *processes);	/* accepts NULL, returns NULL */

/* Begins it, as a copy of its parent, where it is new. Valid until the next call; NULL without a pid. */
struct audit_process *audit_process_of(struct audit_processes *processes, pid_t pid, pid_t parent);

/* Has this one been met? */
bool audit_processes_has(const struct audit_processes *processes, pid_t pid);

/* NULL when it is not known. Borrowed until the process's next change. */
const struct audit_descriptor *audit_descriptor_find(const struct audit_process *process, int fd);

/* A descriptor came to be another, which has one user more, then. */
void audit_descriptor_set(struct audit_processes *processes, struct audit_process *process, struct audit_descriptor *made);

/* The process is another program now; `program` is copied. */
void audit_process_execs(struct audit_processes *processes, struct audit_process *process, const char *program);

/* Records were lost: nothing is certain any more. */
void audit_processes_clear(struct audit_processes *processes);

#endif
