/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What containers may do while they are recorded: the base of `snug listen --base`, compiled for each of them.
 *
 * A profile of Docker's format means something else for other capabilities, so that there is a filter for each
 * bounding set that was met. Filters live as long as the base.
 */
#ifndef SNUG_CLI_LISTEN_BASE_H
#define SNUG_CLI_LISTEN_BASE_H

#include <stdbool.h>
#include <stdint.h>

#include "snug/error.h"
#include "snug/filter.h"
#include "snug/text.h"

struct listen_base;

/* `option` is "default" (Docker's profile; NULL too), "unconfined", or the path of a profile, which is judged at once. */
int listen_base_new(struct listen_base **ret, const char *option, struct error *err);
struct listen_base *listen_base_free(struct listen_base *base);	/* accepts NULL, returns NULL */

/* Somebody asked for it; else it is for containers of which no better is known. */
bool listen_base_is_chosen(const struct listen_base *base);

/* Appends the profile itself, its conditions decided for Docker's default capabilities; nothing when nothing confines. */
int listen_base_profile(const struct listen_base *base, struct text *out, struct error *err);

/* Does it let such calls go on, in every container and whatever their arguments? */
bool listen_base_always_allows(const struct listen_base *base, const char *call);

/* The filter for containers with this bounding set; NULL when nothing confines them. */
const struct filter *listen_base_filter(struct listen_base *base, uint64_t bounding);

#endif
