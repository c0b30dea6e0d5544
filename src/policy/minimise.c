/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving out what can be left out; see minimise.h. */
#include "snug/minimise.h"

#include <errno.h>

#define SPENT (-EAGAIN)		/* no tries are left */

static int try(struct minimise *minimise, uint64_t set)
{
	if (minimise->tries == 0)
		return SPENT;
	minimise->tries--;
	return minimise->passes(minimise->context, set);
}

/* `count` members of `set` above bit `*from`, which is moved behind them. */
static uint64_t next_part(uint64_t set, unsigned int *from, size_t count)
{
	uint64_t part = 0;

	for (; *from < 64 && count; (*from)++) {
		uint64_t bit = set & (uint64_t)1 << *from;

		part |= bit;
		count -= bit != 0;
	}
	return part;
}

/* Tries to do without each part of `count` members. Returns whether any was left out. */
static int leave_out(struct minimise *minimise, size_t count)
{
	unsigned int at = 0;
	int any = 0;

	for (uint64_t part; (part = next_part(minimise->set, &at, count)); ) {
		int passes = try(minimise, minimise->set & ~part);

		if (passes < 0)
			return passes;
		if (passes)
			minimise->set &= ~part;
		any |= passes;
	}
	return any;
}

int minimise(struct minimise *minimise)
{
	int code = try(minimise, minimise->set);

	if (code <= 0)
		return code == 0 ? MINIMISED_NOT : code == SPENT ? MINIMISED_IN_PART : code;
	for (size_t count = (size_t)__builtin_popcountll(minimise->set); count > 1 && code >= 0; count = (count + 1) / 2)
		code = leave_out(minimise, count);
	/* One that had to stay may be free to go when another has gone. */
	for (int any = 1; any > 0 && code >= 0; )
		code = any = leave_out(minimise, 1);
	if (code == SPENT)
		return MINIMISED_IN_PART;
	return code < 0 ? code : MINIMISED;
}
