/* SPDX-License-Identifier: Apache-2.0 */
/* May this listener look into a container at all? */
#ifndef SNUG_CLI_LISTEN_REACH_H
#define SNUG_CLI_LISTEN_REACH_H

#include "cli/listen_container.h"

/* Without root a listener sees the calls and arguments of a container that a rootful engine runs, and none of its paths: says so, and
 * has the trace say so. What is missing is counted where it is missed. `pid` is the runtime's process. */
void listen_check_reach(struct container_recording *container, pid_t pid);

#endif
