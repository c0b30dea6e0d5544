/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's default seccomp profile: what a container may do that nobody confines further, and the yardstick of a profile.
 *
 * The facts stand in templates/docker-default.csv with their source. What they mean for one container depends on its
 * capabilities and machine, and is decided by profile_resolve() as for any profile of Docker's format.
 */
#ifndef SNUG_DOCKER_DEFAULT_H
#define SNUG_DOCKER_DEFAULT_H

#include <stdint.h>

#include "snug/arch.h"
#include "snug/string_set.h"
#include "snug/text.h"

/* Appends it in Docker's format, with its conditions, for machines like this one. */
void docker_default_profile(struct text *out, const struct arch *machine);

/* The capabilities that Docker gives to a container that asks for nothing, bit N = capability N. */
uint64_t docker_default_capabilities(void);

/* Adds the calls that exist on `machine` and that such a container may make, with some arguments at least. */
void docker_default_calls(struct string_set *ret, const struct arch *machine);

#endif
