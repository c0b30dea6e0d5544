/* SPDX-License-Identifier: Apache-2.0 */
/* Where struct pt_regs has a call, on x86-64: it begins as ptrace(2)'s struct does. See kernel_known_internal.h. */
#include <stddef.h>
#include <sys/user.h>

#include "record/kernel_known_internal.h"

#define AT(name) offsetof(struct user_regs_struct, name)

static const struct call_registers registers = {
	.number = AT(orig_rax),
	.args = { AT(rdi), AT(rsi), AT(rdx), AT(r10), AT(r8), AT(r9) },
};

const struct call_registers *const kernel_known_registers = &registers;
