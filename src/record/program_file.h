/* SPDX-License-Identifier: Apache-2.0 */
/* What the file of a program says of itself: who interprets it, and which capabilities it grants. */
#ifndef SNUG_RECORD_PROGRAM_FILE_H
#define SNUG_RECORD_PROGRAM_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "record/resolve.h"
#include "snug/arch.h"

#define INTERPRETERS_MAX 5	/* exec_binprm(), fs/exec.c: "-ELOOP" beyond */

/* What a file names as its interpreter; each NULL when there is none. Owned. */
struct interpreters {
	char *of_script;	/* "#!" */
	char *of_elf;		/* PT_INTERP */
	bool elf;
};

/* Would the kernel read it to execute it? Not /proc/kmsg, say, which forgets what was read. */
bool is_program(const struct resolved *file);

/* `look` is an O_PATH descriptor of a program; reading may wait for its file system. */
void read_interpreters(int look, struct interpreters *ret);

/* The ABI of an ELF file, where this kernel serves it beside the machine's own: its calls have other numbers. NULL for any
 * other file. `look` as above. */
const struct arch *foreign_program_abi(int look);

/* The set of permitted capabilities that the file at `path` grants. */
uint64_t read_file_capabilities(const char *path);

#endif
