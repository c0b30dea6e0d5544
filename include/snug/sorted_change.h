/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is what a committed policy lacks drift, or new behaviour? Drift asks for an equivalent of what is allowed, by tables with
 * sources (drift.h, fallback.h), or for the same file under another version's name; the rest is new.
 */
#ifndef SNUG_SORTED_CHANGE_H
#define SNUG_SORTED_CHANGE_H

#include "snug/difference.h"

/* Why it is drift, with a source: owned by the caller; NULL for new behaviour. */
char *drift_of(const struct change *change, const struct policy *committed);

#endif
