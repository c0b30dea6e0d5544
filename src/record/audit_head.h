/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a SYSCALL record: the fields up to the process's number, in the one order in which the kernel writes them.
 *
 * Half of a log's records are of this kind, so that their fields are not searched by name. A record in another
 * order, or with a word where a number belongs, has no head: it is read as any other record is.
 */
#ifndef SNUG_RECORD_AUDIT_HEAD_H
#define SNUG_RECORD_AUDIT_HEAD_H

#include "record/audit_record.h"

enum audit_head_field {
	HEAD_ARCH, HEAD_CALL, HEAD_PERSONALITY, HEAD_SUCCESS, HEAD_EXIT,
	HEAD_A0, HEAD_A1, HEAD_A2, HEAD_A3, HEAD_ITEMS, HEAD_PARENT, HEAD_PID,
	HEAD_MAX_
};

struct audit_head {
	struct {
		const char *at;		/* NULL = left out */
		size_t length;
		uint32_t number;	/* of HEAD_CALL, HEAD_PARENT and HEAD_PID */
	} values[HEAD_MAX_];
	const char *rest;	/* what stands behind: who the process is */
	size_t rest_length;
};

/* Borrowed from the record; false when it has none. */
bool audit_head_read(struct audit_head *ret, const struct audit_record *record);

#endif
