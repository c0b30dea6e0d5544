/* SPDX-License-Identifier: Apache-2.0 */
/* The table of arguments that are worth ruling on. */
#include "snug/syscall_argument.h"

#include <string.h>

#include "knowledge/abi_list.h"
#include "snug/memory.h"

/* The kernel takes these as int, or as a long of which every bit above the 31st is refused or ignored: a caller may
 * leave anything there (the psABIs do not extend an int), so a filter that compared 64 bits would refuse the same call. */
#define INT 0xffffffffu

/* SOCK_TYPE_MASK, include/linux/net.h: above it stand SOCK_CLOEXEC and SOCK_NONBLOCK. */
#define SOCKET_TYPE 0xfu

/* Sorted by call, then by index. */
static const struct syscall_argument argument_rows[] = {
	{ "arch_prctl", "code", 0, INT, NULL, "arch_prctl(2)" },
	{ "bpf", "cmd", 0, INT, NULL, "bpf(2)" },
	{ "clone", "flags", 0, INT, "!s390x s390", "clone(2); kernel/fork.c: lower_32_bits()" },
	{ "clone", "flags", 1, INT, "s390x s390", "clone(2): CONFIG_CLONE_BACKWARDS2" },
	{ "clone3", "flags", ARGUMENT_POINTED_TO, UINT64_MAX, NULL, "clone(2): first member of struct clone_args" },
	{ "fcntl", "cmd", 1, INT, NULL, "fcntl(2)" },
	{ "fcntl64", "cmd", 1, INT, NULL, "fcntl(2)" },
	{ "fsconfig", "cmd", 1, INT, NULL, "fs/fsopen.c" },
	{ "io_uring_register", "opcode", 1, INT, NULL, "io_uring_register(2)" },
	{ "ioctl", "request", 1, INT, NULL, "ioctl(2); fs/ioctl.c: unsigned int cmd" },
	{ "ipc", "call", 0, INT, NULL, "ipc(2)" },
	{ "kcmp", "type", 2, INT, NULL, "kcmp(2)" },
	{ "keyctl", "operation", 0, INT, NULL, "keyctl(2)" },
	{ "mmap", "prot", 2, INT, "!x86 s390 s390x", "mmap(2); those three pass a struct in memory" },
	{ "mmap2", "prot", 2, INT, NULL, "mmap2(2)" },
	{ "modify_ldt", "func", 0, INT, NULL, "modify_ldt(2)" },
	{ "mprotect", "prot", 2, INT, NULL, "mprotect(2)" },
	{ "personality", "persona", 0, INT, NULL, "personality(2)" },
	{ "pkey_mprotect", "prot", 2, INT, NULL, "pkey_mprotect(2)" },
	{ "prctl", "option", 0, INT, NULL, "prctl(2)" },
	{ "ptrace", "request", 0, INT, NULL, "ptrace(2)" },
	{ "quotactl", "cmd", 0, INT, NULL, "quotactl(2)" },
	{ "quotactl_fd", "cmd", 1, INT, NULL, "quotactl_fd(2)" },
	{ "reboot", "cmd", 2, INT, NULL, "reboot(2)" },
	{ "seccomp", "operation", 0, INT, NULL, "seccomp(2)" },
	{ "setns", "nstype", 1, INT, NULL, "setns(2)" },
	{ "setsockopt", "level", 1, INT, NULL, "setsockopt(2)" },
	{ "setsockopt", "optname", 2, INT, NULL, "setsockopt(2)" },
	{ "socket", "domain", 0, INT, NULL, "socket(2)" },
	{ "socket", "type", 1, SOCKET_TYPE, NULL, "socket(2)" },
	{ "socket", "protocol", 2, INT, NULL, "socket(2)" },
	{ "socketcall", "call", 0, INT, NULL, "socketcall(2)" },
	{ "socketpair", "domain", 0, INT, NULL, "socketpair(2)" },
	{ "socketpair", "type", 1, SOCKET_TYPE, NULL, "socketpair(2)" },
	{ "socketpair", "protocol", 2, INT, NULL, "socketpair(2)" },
	{ "syslog", "type", 0, INT, NULL, "syslog(2)" },
	{ "unshare", "flags", 0, INT, NULL, "unshare(2)" },
};

const struct syscall_argument *syscall_argument_at(size_t index)
{
	return index < ARRAY_SIZE(argument_rows) ? &argument_rows[index] : NULL;
}

bool syscall_argument_applies(const struct syscall_argument *row, const struct arch *abi)
{
	return abi_list_has(row->abis, abi);
}

const struct syscall_argument *syscall_argument_find(const struct arch *abi, const char *syscall,
						     const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(argument_rows); i++) {
		const struct syscall_argument *row = &argument_rows[i];

		if (strcmp(row->syscall, syscall) == 0 && strcmp(row->name, name) == 0 &&
		    syscall_argument_applies(row, abi))
			return row;
	}
	return NULL;
}
