/* SPDX-License-Identifier: Apache-2.0 */
/* The table of calls that libseccomp 2.5.4 does not know. */
#include "knowledge/newer_syscall.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/string_set.h"

struct newer_syscall {
	int number;		/* from 424 the same on every architecture, since Linux 5.1 */
	const char *name;
	const char *since;	/* Linux; scripts/syscall.tbl */
	const char *only;	/* the one ABI that has it; NULL = all */
};

static const struct newer_syscall newer_rows[] = {
	{ 258, "riscv_hwprobe", "6.4", "riscv64" },	/* arch/riscv/include/uapi/asm/unistd.h */
	{ 335, "uretprobe", "6.11", "x86_64" },		/* arch/x86/entry/syscalls/syscall_64.tbl */
	{ 450, "set_mempolicy_home_node", "5.17", NULL },
	{ 451, "cachestat", "6.5", NULL },
	{ 452, "fchmodat2", "6.6", NULL },
	{ 453, "map_shadow_stack", "6.6", NULL },
	{ 454, "futex_wake", "6.7", NULL },
	{ 455, "futex_wait", "6.7", NULL },
	{ 456, "futex_requeue", "6.7", NULL },
	{ 457, "statmount", "6.8", NULL },
	{ 458, "listmount", "6.8", NULL },
	{ 459, "lsm_get_self_attr", "6.8", NULL },
	{ 460, "lsm_set_self_attr", "6.8", NULL },
	{ 461, "lsm_list_modules", "6.8", NULL },
	{ 462, "mseal", "6.10", NULL },
	{ 463, "setxattrat", "6.13", NULL },
	{ 464, "getxattrat", "6.13", NULL },
	{ 465, "listxattrat", "6.13", NULL },
	{ 466, "removexattrat", "6.13", NULL },
	{ 467, "open_tree_attr", "6.15", NULL },
	{ 468, "file_getattr", "6.17", NULL },
	{ 469, "file_setattr", "6.17", NULL },
};

/* Up to which Linux releases of libseccomp have names: its CHANGELOG, and seccomp_syscall_resolve_name() of 2.6.0 and 2.6.1. */
static const struct {
	const char *libseccomp, *linux_release;
} names_up_to[] = {
	{ "2.5.4", "5.17" },
	{ "2.5.5", "6.7" },
	{ "2.6.0", "6.13" },
	{ "2.6.1", "6.17" },
};

/* Distributions add names to old releases: ours, if it is of that version, says what it has. */
static bool has_name_for(const char *libseccomp, const struct newer_syscall *row)
{
	const struct scmp_version *own = seccomp_version();
	char own_version[32];

	snprintf(own_version, sizeof(own_version), "%u.%u.%u", own->major, own->minor, own->micro);
	if (libseccomp && strcmp(libseccomp, own_version) == 0)
		return seccomp_syscall_resolve_name(row->name) != __NR_SCMP_ERROR;
	for (size_t i = ARRAY_SIZE(names_up_to); libseccomp && i-- > 0; )
		if (strverscmp(libseccomp, names_up_to[i].libseccomp) >= 0)
			return strverscmp(row->since, names_up_to[i].linux_release) <= 0;
	return false;
}

static bool is_of(const struct newer_syscall *row, const struct arch *arch)
{
	return !row->only || strcmp(row->only, arch->name) == 0;
}

const char *newer_syscall_name(const struct arch *arch, int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer_rows); i++)
		if (newer_rows[i].number == number && is_of(&newer_rows[i], arch))
			return newer_rows[i].name;
	return NULL;
}

int newer_syscall_number(const struct arch *arch, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer_rows); i++)
		if (strcmp(newer_rows[i].name, name) == 0 && is_of(&newer_rows[i], arch))
			return newer_rows[i].number;
	return -1;
}

void syscalls_without_name(struct string_set *out, const struct arch *arch, const char *libseccomp)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer_rows); i++)
		if (is_of(&newer_rows[i], arch) && !has_name_for(libseccomp, &newer_rows[i]))
			string_set_add(out, newer_rows[i].name);
}
