/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp profile of Docker's format, with the conditions of its rules resolved for one container.
 *
 * archMap, includes and excludes (architectures, capabilities, minKernel) are decided here as Docker decides them when it
 * creates a container (github.com/moby/profiles, seccomp/seccomp_linux.go, setupSeccomp()); what is left is the subset
 * that the OCI runtime-spec knows, and filter_from_profile() takes. A profile without conditions stays as it is.
 */
#ifndef SNUG_PROFILE_RESOLVE_H
#define SNUG_PROFILE_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "snug/arch.h"
#include "snug/error.h"
#include "snug/text.h"

/* Where the profile is to hold. */
struct profile_target {
	const struct arch *machine;	/* what the engine was built for */
	uint64_t bounding;		/* the container's bounding set, bit N = capability N */
	unsigned int kernel, revision;	/* Linux 6.1 = 6, 1 */
};

/* Appends the resolved profile. `name` is for messages. -EINVAL for what Docker refuses too. */
int profile_resolve(struct text *out, const char *json, size_t length, const char *name,
		    const struct profile_target *target, struct error *err);

#endif
