/* SPDX-License-Identifier: Apache-2.0 */
/* The table of calls that libseccomp 2.5.4 does not know. */
#include "knowledge/newer_syscall.h"

#include <string.h>

#include "snug/memory.h"

struct newer_syscall {
	int number;		/* the same on every architecture since Linux 5.1 numbered 424 and up alike */
	const char *name;
	const char *since;	/* Linux; scripts/syscall.tbl */
};

static const struct newer_syscall newer_rows[] = {
	{ 450, "set_mempolicy_home_node", "5.17" },
	{ 451, "cachestat", "6.5" },
	{ 452, "fchmodat2", "6.6" },
	{ 453, "map_shadow_stack", "6.6" },
	{ 454, "futex_wake", "6.7" },
	{ 455, "futex_wait", "6.7" },
	{ 456, "futex_requeue", "6.7" },
	{ 457, "statmount", "6.8" },
	{ 458, "listmount", "6.8" },
	{ 459, "lsm_get_self_attr", "6.8" },
	{ 460, "lsm_set_self_attr", "6.8" },
	{ 461, "lsm_list_modules", "6.8" },
	{ 462, "mseal", "6.10" },
	{ 463, "setxattrat", "6.13" },
	{ 464, "getxattrat", "6.13" },
	{ 465, "listxattrat", "6.13" },
	{ 466, "removexattrat", "6.13" },
	{ 467, "open_tree_attr", "6.15" },
	{ 468, "file_getattr", "6.17" },
	{ 469, "file_setattr", "6.17" },
};

const char *newer_syscall_name(const struct arch *arch, int number)
{
	(void)arch;
	for (size_t i = 0; i < ARRAY_SIZE(newer_rows); i++)
		if (newer_rows[i].number == number)
			return newer_rows[i].name;
	return NULL;
}

int newer_syscall_number(const struct arch *arch, const char *name)
{
	(void)arch;
	for (size_t i = 0; i < ARRAY_SIZE(newer_rows); i++)
		if (strcmp(newer_rows[i].name, name) == 0)
			return newer_rows[i].number;
	return -1;
}
