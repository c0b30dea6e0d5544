/* SPDX-License-Identifier: Apache-2.0 */
/* What `snug update` would make of a service: for update, which writes it, and for the gate, which compares. */
#ifndef SNUG_CLI_UPDATE_H
#define SNUG_CLI_UPDATE_H

#include "cli/service.h"

struct update {
	struct trace *facts;		/* owned */
	struct policy *policy;		/* owned; borrows the facts and the service's rules */
	struct emitted emitted;		/* the emitters' files, the last is the facts' */
};

/* From the service's recordings and earlier facts (without them if `fresh`), or from those alone. POLICY_FORBIDDEN as
 * policy_from_trace(). */
int update_make(struct update *ret, const struct service *service, const char *project, bool fresh, struct error *err);
void update_done(struct update *update);

/* The overrides of all services that compose knows. */
int overrides_emit(struct emitted *ret, const struct services *services, const struct update *updates, const char *project,
		   struct error *err);

#endif
