/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a path of which some bytes are only this run's, as pieces of a pattern. */
#ifndef SNUG_POLICY_VARYING_PART_H
#define SNUG_POLICY_VARYING_PART_H

#include "snug/cleanup.h"
#include "snug/policy.h"

struct pieces {
	struct pattern_piece *items;	/* owned; NUMBER and NAME never stand side by side */
	size_t count;
	bool whole;			/* they stand for the path, not for a part */
};

struct pieces *pieces_new(void);
struct pieces *pieces_free(struct pieces *pieces);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct pieces *, pieces_free);

/* Appends `length` bytes as they are; joins them to a literal that stands last. */
void pieces_add_literal(struct pieces *pieces, const char *bytes, size_t length);
void pieces_add(struct pieces *pieces, enum pattern_kind kind);
void pieces_append(struct pieces *pieces, const struct pieces *more);	/* copies */

/* The same bytes for the same pattern, sorting as a reader expects; wildcards are what no path can hold. */
void pieces_key(const struct pieces *pieces, struct text *out);

/* Splits a name into what stays and what could be made up: runs of digits, UUIDs, words of at least eight hex digits,
 * what mkstemp(3) makes.
 * Each wildcard keeps in `bytes` what stood there. */
struct pieces *pieces_split_name(const char *name);

/* `into` and `other` have one key. Where a wildcard stands for the same bytes in both, nothing changes; else its bytes go. */
void pieces_forget_differences(struct pieces *into, const struct pieces *other);

/* A copy in which wildcards that kept their bytes are literal again. */
struct pieces *pieces_settle(const struct pieces *split);

#endif
