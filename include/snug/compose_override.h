/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overrides for a compose project: what its services get, for `docker compose -f compose.yaml -f snug/compose.yaml`.
 *
 * Two files, since a host without AppArmor refuses to start a container that names an AppArmor profile. Each bears a digest of
 * itself, so that an edit by hand can be told from an older snug.
 */
#ifndef SNUG_COMPOSE_OVERRIDE_H
#define SNUG_COMPOSE_OVERRIDE_H

#include <stdbool.h>

#include "snug/emitter.h"
#include "snug/policy.h"
#include "snug/text.h"

struct compose_override {
	struct text seccomp;		/* compose.yaml: seccomp, capabilities, no-new-privileges */
	struct text apparmor;		/* compose.apparmor.yaml */
};

/* Services are added in the order of their names. `service` is what compose calls it; -EINVAL for what compose cannot call one. */
int compose_override_add(struct compose_override *override, const char *service, const struct policy *policy,
			 const struct emit_options *options, struct error *err);

/* The whole text of one of the two, after the last service. */
void compose_override_finish(const struct text *services, struct text *out);

/* Is it as some compose_override_finish() wrote it? */
bool compose_override_is_whole(const char *text, size_t length);

void compose_override_done(struct compose_override *override);

#endif
