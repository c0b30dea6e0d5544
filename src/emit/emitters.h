/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the registry, one from each emit_NAME.c. */
#ifndef SNUG_EMIT_EMITTERS_H
#define SNUG_EMIT_EMITTERS_H

#include "snug/emitter.h"

extern const struct emitter emitter_apparmor;
extern const struct emitter emitter_capabilities;
extern const struct emitter emitter_docker_args;
extern const struct emitter emitter_readme;
extern const struct emitter emitter_seccomp;

#endif
