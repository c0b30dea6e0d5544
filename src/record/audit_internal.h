/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that decode audit's calls share: one call on its way, and a function for each subject of its rows.
 */
#ifndef SNUG_RECORD_AUDIT_INTERNAL_H
#define SNUG_RECORD_AUDIT_INTERNAL_H

#include "record/audit_call.h"
#include "record/audit_details.h"
#include "record/audit_process.h"
#include "record/call_table.h"

struct told_call {
	struct audit_calls *calls;
	struct audit_process *process;	/* NULL = not told */
	const struct call_row *row;
	const char *by;			/* NULL = not known */
	const char *exe;		/* the program that stands in the record: of an execve() the new one; NULL = not told */
	enum outcome outcome;
	uint64_t used;			/* set of 1 << index of an item: rows took these */
	struct audit_effect *effect;
	struct audit_details details;	/* the last: it is large */
};

typedef void told_function(struct told_call *call, const struct syscall_access *access);

/* audit_call.c */
void told_send(struct told_call *call, struct event *event);	/* fills in what all events have */
void told_unknown(struct told_call *call, const char *what);
uint64_t told_argument(const struct told_call *call, int index);	/* NO_ARGUMENT, or one that is not told: 0 */
bool told_succeeded(const struct told_call *call);
void told_as_passed(struct told_call *call);	/* notes that a path stands so */
/* audit_call_hooks.resolve; NULL when nobody can tell, which a note then says. */
char *told_resolve(struct told_call *call, const char *start, const char *name, bool last_stays);
/* What the process's descriptor is, as far as it was told; NULL = it was not. */
const struct audit_descriptor *told_descriptor_of(const struct told_call *call, int fd);
void told_descriptor(struct told_call *call, struct audit_descriptor *told);	/* takes what it holds */
void told_exec(struct told_call *call);		/* the process is its `exe` from now on */

/* audit_file.c */
told_function told_path, told_open, told_open_how, told_open_handle, told_file_descriptor, told_record_lock, told_program;
told_function told_mount;
/* The file of an item, owned by the caller; NULL when it is not known. `dirfd` is the descriptor that it starts from. */
char *told_place(struct told_call *call, const struct audit_item *item, int dirfd, bool in_root);

/* audit_socket.c */
told_function told_socket, told_address, told_message, told_socket_use;

#endif
