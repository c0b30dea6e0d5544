/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest set with which something still passes, found by trying.
 *
 * Parts are left out, large ones first, then single members, until none can be: delta debugging (Zeller and
 * Hildebrandt, 2002). Pure but for `passes`, which is whoever can try.
 */
#ifndef SNUG_MINIMISE_H
#define SNUG_MINIMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct minimise {
	uint64_t set;		/* of bits: in, what to begin with; out, what is left */
	size_t tries;		/* in: how many are allowed; out: how many are left */
	/* Does it pass with this set? 1: yes; 0: no; negative: it cannot be tried. */
	int (*passes)(void *context, uint64_t set);
	void *context;
};

enum minimised {
	MINIMISED,		/* it passes with the set, and with no set that has one member less */
	MINIMISED_IN_PART,	/* it passes with the set; there were not enough tries for more */
	MINIMISED_NOT,		/* it does not pass even with all of the set */
};

/* A negative value of `passes` is returned as it is. */
int minimise(struct minimise *minimise);

#endif
