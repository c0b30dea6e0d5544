/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records of one event say of its call: registers, names, addresses, who else it is about.
 *
 * SYSCALL tells the first four arguments and the result, PATH one name that the kernel looked up, CWD the folder that
 * relative names start from, SOCKADDR an address, OBJ_PID a process that it is about, OPENAT2, MMAP and SOCKETCALL arguments that
 * are in memory or further on. They come in any order, and any of them may be missing.
 */
#ifndef SNUG_RECORD_AUDIT_DETAILS_H
#define SNUG_RECORD_AUDIT_DETAILS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "record/audit_head.h"
#include "record/audit_log.h"
#include "snug/arch.h"

#define ARGS_LOGGED 4		/* a0 to a3 */
#define AUDIT_TARGETS_MAX 32	/* processes that one call is about; OBJ_PID */

/* What a name was to the call: nametype, kernel/auditsc.c, audit_log_name(). A set of these is a uint32_t. */
enum audit_name_type {
	AUDIT_NAME_UNKNOWN = 1 << 0,	/* it was passed, and no file was found by it */
	AUDIT_NAME_NORMAL = 1 << 1,	/* a file that is there */
	AUDIT_NAME_PARENT = 1 << 2,	/* the folder of the next two: of its name only the part before the last slash is told */
	AUDIT_NAME_DELETE = 1 << 3,	/* the name goes */
	AUDIT_NAME_CREATE = 1 << 4,	/* the name comes */
};

struct audit_inode {
	uint64_t device, number;	/* 0 = not told */
};

struct audit_item {
	unsigned int place;		/* "item" */
	enum audit_name_type type;
	char *name;			/* owned; as the program passed it, "" too; NULL = not told */
	struct audit_inode inode;
	uint32_t mode;			/* 0 = not told */
};

/* Whom a signal is for, or who is looked into: OBJ_PID. */
struct audit_target {
	pid_t pid;
	struct audit_named_value login, label;	/* borrowed from the record; `value` NULL = not told */
};

struct audit_details {
	const struct arch *abi;
	uint64_t number;
	uint64_t args[6];
	size_t arg_count;		/* of them are known */
	bool has_result;
	int64_t result;
	pid_t pid, parent;		/* 0 = not told; of the process, as the machine numbers it */

	char *folder;			/* owned; CWD, NULL = not told */
	struct sockaddr_storage address;
	socklen_t address_length;	/* 0 = none */
	bool has_how, has_mapped;
	uint64_t how_flags, how_resolve;	/* of a struct open_how */
	int mapped;			/* the descriptor that mmap(2) was given */
	bool has_meant;
	uint64_t meant[6];		/* the arguments of the call that socketcall(2) stands for */
	size_t item_count, target_count;

	/* Large, and only as far as they are counted. */
	struct audit_item items[AUDIT_RECORDS_MAX];	/* by `place` */
	struct audit_target targets[AUDIT_TARGETS_MAX];
};

/* Of the event's SYSCALL record `call`, of which `head` was read, NULL = not yet; false when its ABI or number cannot be read. To be ended by
 * audit_details_done(). */
bool audit_details_read(struct audit_details *ret, const struct audit_event *event, const struct audit_record *call,
			const struct audit_head *head);
void audit_details_done(struct audit_details *details);

#endif
