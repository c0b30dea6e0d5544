/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Docker's default profile allows a container with Docker's default capabilities: the yardstick of a profile.
 *
 * The facts stand in templates/docker-default.csv with their source.
 */
#ifndef SNUG_DOCKER_DEFAULT_H
#define SNUG_DOCKER_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/arch.h"

struct docker_default {
	const char *call;
	const char *abis;	/* names as in arch.h, separated by blanks: where the call exists and is allowed */
};

const struct docker_default *docker_default_at(size_t index);	/* NULL past the last row; sorted by call */
bool docker_default_allows(const struct docker_default *row, const struct arch *arch);

#endif
