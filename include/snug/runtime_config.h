/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle's config.json (OCI runtime-spec) changed so that the container reports itself: only the value of
 * linux.seccomp becomes another, every other byte stays.
 *
 * What stood there is what the container may do, and is kept within the new value under RUNTIME_CONFIG_BASE, which
 * no runtime looks at: the listener reads it from the bundle, and judges the calls by it. null there says that the
 * container had no profile. Pure.
 */
#ifndef SNUG_RUNTIME_CONFIG_H
#define SNUG_RUNTIME_CONFIG_H

#include "snug/error.h"
#include "snug/text.h"

#define RUNTIME_CONFIG_BASE "snug.base"

/* `profile` is the record profile, and names `socket`. Returns 1 when the configuration was changed; 0 when the container reports to
 * that listener already, by its own profile; -EBUSY when it reports to somebody else; -EINVAL for what is no config.json. */
int runtime_config_record(struct text *config, const char *profile, const char *socket, struct error *err);

/* Puts back what a former runtime_config_record() replaced: an engine writes the file anew for each start, a person
 * with a bundle does not. Returns 1 when there was something to put back, 0 or -EINVAL. */
int runtime_config_restore(struct text *config, struct error *err);

/* Appends what runtime_config_record() kept: a profile, or null. Returns 1, 0 when it kept nothing, or -EINVAL. */
int runtime_config_base(const struct text *config, struct text *out, struct error *err);

#endif
