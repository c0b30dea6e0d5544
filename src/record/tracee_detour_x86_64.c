/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a call on x86-64; see tracee_detour.h. */
#include "record/tracee_detour.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "snug/memory.h"

struct detour {
	struct user_regs_struct before;
};

bool detour_is_possible(void)
{
	return true;
}

/* SYSCALL, and not INT 0x80 or a page that is none: two bytes, 0f 05. */
#define INSTRUCTION 0x050f
#define INSTRUCTION_SIZE 2

static bool made_by_instruction(pid_t tid, uint64_t after)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, tid, (void *)(uintptr_t)(after - INSTRUCTION_SIZE), NULL);
	return errno == 0 && (word & 0xffff) == INSTRUCTION;
}

struct detour *detour_free(struct detour *detour)
{
	free(detour);
	return NULL;
}

struct detour *detour_begin(pid_t tid, long number, const uint64_t args[6])
{
	struct detour detour;
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &detour.before) < 0 || !made_by_instruction(tid, detour.before.rip))
		return NULL;
	regs = detour.before;
	regs.orig_rax = (uint64_t)number;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	return ptrace(PTRACE_SETREGS, tid, NULL, &regs) < 0 ? NULL : xmemdup(&detour, sizeof(detour));
}

struct detour *detour_end(struct detour *detour, pid_t tid)
{
	struct user_regs_struct regs = detour->before;

	regs.rax = regs.orig_rax;
	regs.orig_rax = (uint64_t)-1;	/* nothing for the kernel to restart */
	regs.rip -= INSTRUCTION_SIZE;
	ptrace(PTRACE_SETREGS, tid, NULL, &regs);
	return detour_free(detour);
}
