/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls a seccomp profile lets go on whoever makes them, and however.
 *
 * Read from the rules themselves, where a filter could only be asked about one container and one call at a time. What is in doubt
 * is not allowed.
 */
#ifndef SNUG_PROFILE_ALLOWS_H
#define SNUG_PROFILE_ALLOWS_H

#include <stddef.h>

#include "snug/string_set.h"

/* Adds to `ret` those of `names` that the profile (Docker's format or the OCI runtime-spec's) allows whatever the container's capabilities,
 * architecture and kernel, and whatever the arguments. Of what is no profile: none. */
void profile_always_allowed(struct string_set *ret, const struct string_set *names, const char *json, size_t length);

#endif
