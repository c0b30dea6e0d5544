/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ABIs, and the numbers and names of calls. */
#include "snug/arch.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/newer_syscall.h"
#include "snug/memory.h"

#define SYSCALL_NUMBER_END 1024	/* above every number of a 32-bit ABI with multiplexed calls */
#define MULTIPLEXED_END (-1000)	/* <seccomp-syscalls.h>: socketcall's are -101…, ipc's -201…, calls of other ABIs -10001… */

#define X32_BIT 0x40000000u	/* __X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h */

/* Audit architectures: include/uapi/linux/audit.h. Families: which ABIs a kernel serves side by side
 * (CONFIG_IA32_EMULATION, CONFIG_X86_X32_ABI, CONFIG_COMPAT of each architecture). */
static const struct arch arch_rows[] = {
	{ "x86_64", "SCMP_ARCH_X86_64", AUDIT_ARCH_X86_64, SCMP_ARCH_X86_64, 64, 0, "x86", "audit.h" },
	{ "x86", "SCMP_ARCH_X86", AUDIT_ARCH_I386, SCMP_ARCH_X86, 32, 0, "x86", "audit.h" },
	{ "x32", "SCMP_ARCH_X32", AUDIT_ARCH_X86_64, SCMP_ARCH_X32, 32, X32_BIT, "x86",
	  "seccomp(2): same audit arch, __X32_SYSCALL_BIT in the number" },
	{ "aarch64", "SCMP_ARCH_AARCH64", AUDIT_ARCH_AARCH64, SCMP_ARCH_AARCH64, 64, 0, "arm", "audit.h" },
	{ "arm", "SCMP_ARCH_ARM", AUDIT_ARCH_ARM, SCMP_ARCH_ARM, 32, 0, "arm", "audit.h" },
	{ "ppc64le", "SCMP_ARCH_PPC64LE", AUDIT_ARCH_PPC64LE, SCMP_ARCH_PPC64LE, 64, 0, "ppc", "audit.h" },
	{ "s390x", "SCMP_ARCH_S390X", AUDIT_ARCH_S390X, SCMP_ARCH_S390X, 64, 0, "s390", "audit.h" },
	{ "s390", "SCMP_ARCH_S390", AUDIT_ARCH_S390, SCMP_ARCH_S390, 32, 0, "s390", "audit.h" },
	{ "riscv64", "SCMP_ARCH_RISCV64", AUDIT_ARCH_RISCV64, SCMP_ARCH_RISCV64, 64, 0, "riscv", "audit.h" },
};

const struct arch *arch_at(size_t index)
{
	return index < ARRAY_SIZE(arch_rows) ? &arch_rows[index] : NULL;
}

const struct arch *arch_find(uint32_t audit_arch, uint64_t number)
{
	const struct arch *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(arch_rows); i++) {
		const struct arch *row = &arch_rows[i];

		if (row->audit_arch != audit_arch)
			continue;
		if (row->number_mask == 0)
			found = found ? found : row;
		else if ((uint32_t)number != UINT32_MAX && (number & row->number_mask))
			return row;
	}
	return found;
}

const struct arch *arch_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arch_rows); i++)
		if (strcmp(arch_rows[i].name, name) == 0)
			return &arch_rows[i];
	return NULL;
}

const struct arch *arch_native(void)
{
	uint32_t native = seccomp_arch_native();

	for (size_t i = 0; i < ARRAY_SIZE(arch_rows); i++)
		if (arch_rows[i].scmp_arch == native)
			return &arch_rows[i];
	return NULL;
}

const char *syscall_name(const struct arch *arch, uint64_t number, char name[static SYSCALL_NAME_MAX])
{
	int plain = (int)((uint32_t)number & ~arch->number_mask);
	char *known = seccomp_syscall_resolve_num_arch(arch->scmp_arch, (int)(uint32_t)number);
	const char *newer = known ? NULL : newer_syscall_name(arch, plain);

	if (known || newer)
		snprintf(name, SYSCALL_NAME_MAX, "%s", known ? known : newer);
	else
		snprintf(name, SYSCALL_NAME_MAX, "#%d", plain);
	free(known);
	return name;
}

/* For calls that an ABI has both multiplexed (socketcall, ipc) and, since Linux 4.3, directly, libseccomp gives a number of
 * its own, below 0, for the name, and the name for the direct number. */
static int direct_number(const struct arch *arch, const char *name)
{
	for (int number = 0; number < SYSCALL_NUMBER_END; number++) {
		char *known = seccomp_syscall_resolve_num_arch(arch->scmp_arch, number);
		bool same = known && strcmp(known, name) == 0;

		free(known);
		if (same)
			return number;
	}
	return -1;
}

int syscall_number(const struct arch *arch, const char *name)
{
	int number;

	if (name[0] == '#') {
		char *end;
		long value = strtol(name + 1, &end, 10);

		return *end || end == name + 1 || value < 0 || value > INT32_MAX ? -1
			: (int)((uint32_t)value | arch->number_mask);
	}
	number = seccomp_syscall_resolve_name_arch(arch->scmp_arch, name);
	if (number < __NR_SCMP_ERROR && number > MULTIPLEXED_END)
		number = direct_number(arch, name);
	if (number >= 0)
		return number;
	number = newer_syscall_number(arch, name);
	return number < 0 ? -1 : (int)((uint32_t)number | arch->number_mask);
}
