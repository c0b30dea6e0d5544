/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command that cannot have more than some capabilities: what --cap-drop and --cap-add make of root in a container. */
#ifndef SNUG_LIMITED_RUN_H
#define SNUG_LIMITED_RUN_H

#include <stdint.h>

#include "snug/error.h"

/* Waits for it. Its status as a shell would see it, or a negative errno; `capabilities` is a set of 1 << CAP_*. */
int limited_run(char *const *command, uint64_t capabilities, struct error *err);

#endif
