/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one use of a capability, as a trace has it, says about who needs what.
 *
 * The trace holds facts; this is the opinion, made from them and the table of kernel functions each time anew, so that
 * a better table speaks about old traces too.
 */
#ifndef SNUG_CAPABILITY_VERDICT_H
#define SNUG_CAPABILITY_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "snug/access.h"
#include "snug/kernel_function.h"

#define CAPABILITY_NONE (-1)

/* Reason of a capability that nobody asks for: exec fails where one of a file's is out of the bounding set. */
#define CAPABILITY_OF_FILE_REASON "the program's file carries it"
#define MODE_BITS_REASON "read or searched where the mode bits refuse it"

/* What a recorder saw of a check besides its answer; a set. */
enum check_mark {
	CHECK_UNAUDITED = 1 << 0,	/* "unaudited": the kernel asked not to have it logged */
	CHECK_UNHELD = 1 << 1,		/* "unheld": granted, though no recorded process could have it: asked under other credentials */
	CHECK_UNCHANGED = 1 << 2,	/* "unchanged": by its arguments the call would have had the same effect without it */
	CHECK_DROPPED = 1 << 3,		/* "dropped": no check: the whole command was run without it, and passed */
	CHECK_MARK_MAX_ = 1 << 4,
};

const char *check_mark_name(uint32_t one_bit);
uint32_t check_mark_by_name(const char *name);	/* 0 when unknown */

struct capability_fact {
	int number;		/* CAP_* */
	int instead_of;		/* a capability that was asked for and refused just before, CAPABILITY_NONE */
	bool granted, own_userns;
	bool inferred;		/* by a recorder that did not see the kernel ask */
	uint32_t marks;		/* set of enum check_mark */
	const char *reason;	/* the kernel function that asked, or words; NULL = not known */
	enum outcome outcome;	/* of the call */
};

enum capability_verdict {
	VERDICT_NEEDED,		/* "needed": granted, and without it the call would not have done what it did */
	VERDICT_REFUSED,	/* "refused": the container lacked it, and the call failed: the program wanted it */
	VERDICT_HARMLESS,	/* "harmless": refused, and the call succeeded all the same; or granted, and it failed all the same */
	VERDICT_EFFECT,		/* "effect": without it the call succeeds with another effect; a question for a person */
	VERDICT_KERNEL,		/* "kernel-internal": asked for the kernel's own sake */
	VERDICT_OTHER_USERNS,	/* "other user namespace": the program's own, whatever the container has */
	VERDICT_MAX_,
};

enum capability_verdict capability_verdict(const struct capability_fact *fact);
const char *capability_verdict_name(enum capability_verdict verdict);

/* Does a profile keep it: needed, or an effect that is kept unless a person decides otherwise? */
bool capability_is_kept(const struct capability_fact *fact);

/* Does the kernel, where `first` is refused, ask for `then`, which would do as well? `reason` as in the fact. */
bool capability_is_asked_instead(int first, int then, const char *reason);

/* Which capability a container is to be given for a fact that is kept: where the kernel takes either of two, the weaker.
 * `*ret_stronger`: what would do as well; CAPABILITY_NONE. */
int capability_to_give(const struct capability_fact *fact, int *ret_stronger);

#endif
