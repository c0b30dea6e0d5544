/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls that set user and group ids make of those that a task has.
 *
 * So that a recorder that cannot stop a task can still tell whether setuid(0) by root asked for anything. Pure.
 */
#ifndef SNUG_RECORD_SET_IDS_H
#define SNUG_RECORD_SET_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/decode.h"

enum task_id {
	ID_REAL,
	ID_EFFECTIVE,
	ID_SAVED,
	ID_MAX_,
};

/* As the task itself would see them: in its own user namespace. */
struct task_ids {
	uint32_t uid[ID_MAX_], gid[ID_MAX_];
};

struct id_call;		/* a row: one call */

const struct id_call *id_call_find(const struct arch *abi, uint64_t number);	/* NULL: it sets none of these ids */
int id_call_capability(const struct id_call *row);	/* CAP_SETUID, CAP_SETGID */

/* Makes of `ids` what the call makes of them, with or without the capability. False, and `ids` as they were, where it fails. */
bool ids_after(const struct id_call *row, const struct call *call, bool capable, struct task_ids *ids);

#endif
