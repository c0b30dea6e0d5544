/* SPDX-License-Identifier: Apache-2.0 */
/* What AppArmor is on this machine: whether the kernel has it, which profiles it holds, whom they confine. */
#ifndef SNUG_CLI_APPARMOR_HOST_H
#define SNUG_CLI_APPARMOR_HOST_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/error.h"

#define APPARMOR_FOLDER "/etc/apparmor.d"	/* what is loaded when the machine starts; apparmor.d(5) */

/* Is it in this kernel, and not switched off? */
bool apparmor_enabled(void);

/* 1 when the kernel holds a profile of that name, 0 when not; -ENOENT where it does not tell, as in a container. */
int apparmor_holds(const char *name, struct error *err);

/* A process that runs under the profile, or under it stacked with others; 0 when there is none. */
pid_t apparmor_confined(const char *name);

#endif
