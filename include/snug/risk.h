/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reviewer should look at twice: calls, capabilities and places that give a program power over its host.
 *
 * The words complete the sentence "this lets the program …".
 */
#ifndef SNUG_RISK_H
#define SNUG_RISK_H

#include <stddef.h>

enum risk_level {
	RISK_LOW,
	RISK_MEDIUM,	/* widens what an intruder can reach inside the container, or the kernel's attack surface */
	RISK_HIGH,	/* has been a way out of a container, or changes the host itself */
};

struct risk {
	const char *name;	/* of the call, of the capability without CAP_, of another act, or a path */
	enum risk_level level;
	const char *words;	/* "load code into the kernel" */
	const char *source;
};

/* NULL when the table has no row: nothing special. */
const struct risk *risk_of_syscall(const char *name);
const struct risk *risk_of_capability(const char *name);
const struct risk *risk_of_socket_family(const char *name);	/* as name_of() writes it: "netlink" */
const struct risk *risk_of_act(const char *name);	/* "abi", "connect", "execute", "mount", "privileges", "ptrace", "signal" */

/* The row of the longest listed folder or file that `path` is or lies in; for writing, not for reading. */
const struct risk *risk_of_written_path(const char *path);

const struct risk *risk_syscall_at(size_t index);	/* NULL past the last row; sorted by name */
const char *risk_level_name(enum risk_level level);	/* "low", "medium", "high" */

#endif
