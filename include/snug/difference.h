/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one policy allows and another does not, by meaning: as data, in the order in which a reviewer wants to see it.
 *
 *	difference_from_policies(&difference, old, new, 0) → changes[] → difference_done()
 *
 * A path that a pattern of the other side matches, and a value of a call that the other side allows whatever it is asked,
 * make no difference. So "added" is what the other side would refuse, or a reviewer has not seen.
 */
#ifndef SNUG_DIFFERENCE_H
#define SNUG_DIFFERENCE_H

#include "snug/rule_list.h"

enum difference_flag {
	DIFFERENCE_ADDED_ONLY = 1 << 0,		/* what the old policy lacks; nothing is removed */
	DIFFERENCE_NEEDED_ONLY = 1 << 1,	/* no equivalents and no runtime's calls: what the program itself did */
};

struct change {
	bool added;		/* else removed */
	struct rule rule;	/* owned but for what it borrows from its policy; of its access, only what differs */
	enum risk_level risk;
};

struct difference {
	struct change *changes;	/* owned; added before removed, the riskiest first, then by class, changes of files before reads of them, then by subject */
	size_t count;
};

/* The difference borrows from both policies; `old` is NULL for one that allows nothing: all of `new`, in that order. */
void difference_from_policies(struct difference *ret, const struct policy *old, const struct policy *new,
			      unsigned int flags);
void difference_done(struct difference *difference);

#endif
