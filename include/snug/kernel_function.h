/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it means that a function of the kernel asked for a capability.
 *
 * The kernel asks cap_capable(), and what it does with the answer differs from place to place: one call fails, another
 * goes on with another effect, a third asks only to account. The place is the innermost function of the
 * stack that this table has a row for; a function that it does not know is taken for one whose call fails.
 */
#ifndef SNUG_KERNEL_FUNCTION_H
#define SNUG_KERNEL_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/text.h"

/* What a refusal does to the call in which it happens. */
enum refusal {
	REFUSAL_FAILS,		/* the call fails, or does nothing of what it was asked for */
	REFUSAL_DIFFERS,	/* the call succeeds with another effect: `effect` says which */
	REFUSAL_IF_CHANGED,	/* the call fails, unless it asks for nothing that it does not have (CHECK_UNCHANGED) */
	REFUSAL_NOISE,		/* nothing that a program can see, or asked under the kernel's own credentials */
};

struct kernel_function {
	const char *name;
	int capability;		/* CAP_*; CAPABILITY_ANY */
	enum refusal refusal;
	bool anywhere;		/* decides wherever it stands in the stack, and not only where it is the innermost one known */
	bool kept;		/* of REFUSAL_DIFFERS: a profile keeps the effect unless a person decides otherwise */
	const char *effect;	/* words: what is else, or why it is noise */
	const char *source;
};

#define CAPABILITY_ANY (-1)

/* The row of a function for a capability, NULL when there is none. */
const struct kernel_function *kernel_function_find(const char *name, int capability);

/* Appends which function of a stack (innermost first) asked: the one that the rows speak of; where they know none,
 * "f < g < h": the innermost three that are not only ways to ask (ns_capable() and the like). */
void kernel_function_that_asked(struct text *out, const char *const *stack, size_t depth, int capability);

/* The row that decides for what kernel_function_that_asked() has written, NULL when there is none. */
const struct kernel_function *kernel_function_of(const char *asker, int capability);

/* Is `function` one of those in an asker? */
bool kernel_function_asks(const char *asker, const char *function);

/* The name of the call in which a stack (innermost first) stands, of the machine's own ABI; NULL where no function tells it.
 * Borrowed: from the stack, or for ever. */
const char *kernel_function_call(const char *const *stack, size_t depth);

/* The `index`-th row, sorted by name and capability; NULL past the last. */
const struct kernel_function *kernel_function_at(size_t index);

#endif
