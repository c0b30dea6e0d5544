/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of programs say of themselves, remembered: a program is begun more often than it is written.
 *
 * A file is told from others, and from what it was, by its inode and the time of its last change; one that was changed just now may be
 * changed again in the same tick of that clock, and is not remembered. Nor is a file of a remote file system.
 */
#ifndef SNUG_RECORD_PROGRAM_FACTS_H
#define SNUG_RECORD_PROGRAM_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "snug/arch.h"

struct program_facts {
	bool set_ids;			/* it may run as somebody else */
	uint64_t capabilities;		/* set of permitted ones that it grants */
	const struct arch *foreign;	/* its ABI, where that is not the machine's own */
	char *of_script;		/* "#!", NULL = it is none; owned by the memory */
};

struct program_memory;

/* Which parts of struct statx tell one file from another. */
#define PROGRAM_MASK (STATX_TYPE | STATX_INO | STATX_CTIME)

struct program_memory *program_memory_new(void);
struct program_memory *program_memory_free(struct program_memory *memory);	/* accepts NULL, returns NULL */

/* NULL when nothing is remembered of it. Valid until the next file is read. */
const struct program_facts *program_facts_known(const struct program_memory *memory, const struct statx *file);

/* `look`: O_PATH; a file that is not to be read (it is none, or its server may be somebody whom we hold) says little. */
const struct program_facts *program_facts_read(struct program_memory *memory, int look, bool may_read);

#endif
