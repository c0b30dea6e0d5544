/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children that ask not to be traced, clone(2): CLONE_UNTRACED.
 *
 * Such a child would go on unseen and, under our RET_TRACE filter, with ENOSYS from every call. The flag means
 * nothing but that, so it is taken out on the way into the kernel: from the register of clone() where the kernel lets
 * us write it (PTRACE_SET_SYSCALL_INFO, Linux 6.16), from the memory of clone3() and back again. Where
 * that is not possible, no event tells of the child, and it is counted as lost.
 */
#include <elf.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "record/call_filter.h"
#include "record/kernel_known_internal.h"
#include "record/ptrace_internal.h"
#include "snug/memory.h"
#include "snug/syscall_argument.h"

#define SET_SYSCALL_INFO ((__typeof__(PTRACE_GET_SYSCALL_INFO))0x4212)	/* include/uapi/linux/ptrace.h */

/* A child with these flags is not like its parent, or has to be made so. */
static const uint64_t special_flags[] = { CLONE_UNTRACED, CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID };

bool clone_passes(uint32_t number, struct call_decision *ret)
{
	static struct syscall_access rows[ARRAY_SIZE(special_flags)];
	static const struct syscall_access *unless[ARRAY_SIZE(special_flags)];
	const struct syscall_argument *flags = syscall_argument_find(arch_native(), "clone", "flags");

	if (!kernel_known_registers || !flags || (int)number != syscall_number(arch_native(), "clone"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(special_flags); i++) {
		rows[i].when[0] = (struct condition){ flags->index, special_flags[i], special_flags[i] };
		unless[i] = &rows[i];
	}
	*ret = (struct call_decision){ .passes = true, .unless = unless, .unless_count = ARRAY_SIZE(unless) };
	return true;
}

static bool is_special(uint64_t flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(special_flags); i++)
		if (flags & special_flags[i])
			return true;
	return false;
}

/* That it has made a child says all of a call that passed the filter; which program it was, tracing tells of the first only. */
void clone_reported(struct tracer *tracer, struct tracee *tracee, pid_t child)
{
	const struct syscall_argument *flags = syscall_argument_find(arch_native(), "clone", "flags");
	struct call call = { .abi = arch_native() };
	uint64_t registers[64];
	struct iovec all = { registers, sizeof(registers) };

	if (!tracer->beside || !kernel_known_registers || !flags ||
	    ptrace(PTRACE_GETREGSET, tracee->tid, (void *)NT_PRSTATUS, &all) < 0)
		return;
	call.number = registers[kernel_known_registers->number / sizeof(uint64_t)];
	for (size_t i = 0; i < ARRAY_SIZE(call.args); i++)
		call.args[i] = registers[kernel_known_registers->args[i] / sizeof(uint64_t)];
	if ((int64_t)call.number == syscall_number(call.abi, "clone") && !is_special(call.args[flags->index]))
		call_made(tracer, tracee, &call, child);
}

bool clone_entered(struct tracer *tracer, struct tracee *tracee)
{
	const struct call *call = &tracee->watch_call;
	const struct syscall_argument *flags = syscall_argument_find(call->abi, "clone", "flags");
	struct __ptrace_syscall_info info = { 0 };

	(void)tracer;
	tracee->child_flags = flags ? call->args[flags->index] : UINT64_MAX;
	if (!flags || !(call->args[flags->index] & CLONE_UNTRACED) ||
	    ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, sizeof(info), &info) <= 0)
		return true;
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
		info.seccomp.args[flags->index] &= ~(uint64_t)CLONE_UNTRACED;
	else
		info.entry.args[flags->index] &= ~(uint64_t)CLONE_UNTRACED;
	ptrace(SET_SYSCALL_INFO, tracee->tid, sizeof(info), &info);
	return true;
}

/* Its namespaces decide what its folder, root and credentials mean. */
bool clone_is_like_its_parent(const struct tracee *parent)
{
	return !(parent->child_flags & (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID));
}

void clone_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	if (result > 0 && !tracee->had_child)
		tracer_lost(tracer, "untraced-child", UINT64_MAX);
}

/* By words, as the tracer may also write what the tracee itself may not. */
static void write_flags(const struct tracee *tracee, uint64_t flags)
{
	for (size_t done = 0; done < sizeof(flags); done += sizeof(long)) {
		uint64_t at = tracee->watch_call.args[0] + done;
		long word;

		memcpy(&word, (char *)&flags + done, sizeof(word));
		ptrace(PTRACE_POKEDATA, tracee->tid, (void *)(uintptr_t)at, (void *)word);
	}
}

/* The flags are the first member of struct clone_args, <linux/sched.h>. */
bool clone3_entered(struct tracer *tracer, struct tracee *tracee)
{
	uint64_t flags = 0;

	(void)tracer;
	tracee->stripped = 0;
	tracee->child_flags = UINT64_MAX;
	if (tracee_memory_read(tracee->tid, &tracee->process->memory_way, tracee->watch_call.args[0], &flags,
			       sizeof(flags)) != sizeof(flags))
		return true;
	tracee->child_flags = flags;
	if (flags & CLONE_UNTRACED) {
		tracee->stripped = flags;
		write_flags(tracee, flags & ~(uint64_t)CLONE_UNTRACED);
	}
	return true;
}

void clone3_left(struct tracer *tracer, struct tracee *tracee, int64_t result)
{
	if (tracee->stripped)
		write_flags(tracee, tracee->stripped);
	clone_left(tracer, tracee, result);
}
