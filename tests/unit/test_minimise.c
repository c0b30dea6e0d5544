/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest set that passes, for needs of several shapes. */
#include "snug/minimise.h"

#include "tests/tap.h"

struct need {
	uint64_t all;		/* of these each, */
	uint64_t any;		/* and one of these; 0 = none */
	size_t tried;
	int broken;		/* what the third try answers; 0 = the truth */
};

static int passes(void *context, uint64_t set)
{
	struct need *need = context;

	if (++need->tried == 3 && need->broken)
		return need->broken;
	return (set & need->all) == need->all && (!need->any || (set & need->any));
}

static struct minimise tried_with(struct need *need, uint64_t set, size_t tries, int want)
{
	struct minimise it = { .set = set, .tries = tries, .passes = passes, .context = need };

	ok_int(minimise(&it), want);
	ok(need->tried + it.tries == tries);
	return it;
}

int main(void)
{
	struct need nothing = { 0 }, three = { .all = 0x8000000000000101 }, either = { .all = 2, .any = 0x30 };
	struct need absent = { .all = 4 }, all = { .all = 0xff }, little = { .all = 1 }, broken = { .broken = -7 };
	struct minimise it;

	it = tried_with(&nothing, UINT64_MAX, 100, MINIMISED);
	ok(it.set == 0 && nothing.tried == 2);
	nothing.tried = 0;
	it = tried_with(&nothing, 0, 100, MINIMISED);
	ok(it.set == 0);
	it = tried_with(&three, UINT64_MAX, 1000, MINIMISED);
	ok(it.set == three.all);
	it = tried_with(&either, 0xff, 1000, MINIMISED);
	ok((it.set & ~either.any) == either.all && __builtin_popcountll(it.set) == 2);
	it = tried_with(&absent, 3, 100, MINIMISED_NOT);
	ok(it.set == 3);
	it = tried_with(&all, 0xff, 100, MINIMISED);
	ok(it.set == 0xff);
	it = tried_with(&little, 0xff, 4, MINIMISED_IN_PART);
	ok(it.set & 1 && passes(&little, it.set));
	it = (struct minimise){ .set = 0xff, .tries = 9, .passes = passes, .context = &broken };
	broken.all = 0xff;
	ok_int(minimise(&it), -7);
	return done();
}
