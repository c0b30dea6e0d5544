/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker keeps of root. */
#include "record/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/memory.h"

struct kept_row {
	int capability;
	const char *for_what;
	const char *source;
};

static const struct kept_row kept[] = {
	{ CAP_SYS_PTRACE, "memory, root, descriptors and program of a caller", "ptrace(2), access mode checking" },
	{ CAP_DAC_READ_SEARCH, "paths in containers, and bundles", "capabilities(7)" },
};

static uint64_t kept_set(void)
{
	uint64_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		set |= UINT64_C(1) << kept[i].capability;
	return set;
}

int privileges_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t keep = kept_set();

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective &= data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}
