/* SPDX-License-Identifier: Apache-2.0 */
/* What the program in the kernel and the recorder share: the maps between them; see kernel_known.h. */
#ifndef SNUG_RECORD_KERNEL_KNOWN_INTERNAL_H
#define SNUG_RECORD_KERNEL_KNOWN_INTERNAL_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "record/kernel_known.h"

enum kernel_known_map {
	MAP_CALLS,	/* array: number of a call → struct call_look */
	MAP_PLACES,	/* hash: id of a task → its place */
	MAP_KNOWN,	/* hash that forgets what is used least: struct kernel_known_key → 1 */
	MAP_NEWS,	/* hash: id of a task → struct kernel_known_news */
	MAP_STATE,	/* array of one struct kernel_known_state, shared memory */
	MAP_COUNT_,
};

struct kernel_known_state {
	uint64_t lost;
	uint32_t epoch;		/* counted up, all that is known is forgotten */
	uint32_t unused;
};

/* Where the parts of a look-up are: offsets in struct pt_regs (0 = there is none). */
struct call_look {
	uint32_t is_look;
	uint32_t path, folder, flags;
	uint32_t empty_tells_nothing;
	uint32_t unused;
	uint64_t except;
};

#define KERNEL_KNOWN_CODE_MAX 256	/* instructions */

/* Offsets in struct pt_regs, which the kernel keeps for compatibility with ptrace(2). */
struct call_registers {
	uint32_t number, args[6];
};

extern const struct call_registers *const kernel_known_registers;	/* NULL: of this architecture not known */

/* Writes the program; returns its length. `maps`: descriptors. */
size_t kernel_known_program(struct bpf_insn code[KERNEL_KNOWN_CODE_MAX], const struct call_registers *registers,
			    const int maps[MAP_COUNT_]);

#endif
