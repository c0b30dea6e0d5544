/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What in the paths of a trace is only this run's.
 *
 * A pattern is made where a table knows that a part varies, where it is the day or the id of the run's container, or where
 * several runs show it: what changes between runs is variable, what stays is fixed. It never reaches into a guarded place, and
 * never covers a file that the program found rather than made; where it would, the names stay as they are and a note says so.
 */
#ifndef SNUG_POLICY_GENERALISE_H
#define SNUG_POLICY_GENERALISE_H

#include "snug/map.h"
#include "snug/policy.h"

/* From each path up to and with a part that varies to the struct pieces of that part. Owned by the caller. */
struct map *generalise_parts(struct policy *policy);

#endif
