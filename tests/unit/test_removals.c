/* SPDX-License-Identifier: Apache-2.0 */
/* Which late look-ups are doubtful: those of a name that was taken away since they were asked for. */
#include <stdio.h>

#include "record/removals.h"
#include "tests/tap.h"

static void test_names(void)
{
	struct removals removals = { 0 };
	uint64_t before = removals_now(&removals), between, after;

	ok(!removals_since(&removals, before, "/a/b"));
	removals_begin(&removals, 1, "/x/b/");
	between = removals_now(&removals);
	ok(removals_since(&removals, before, "/a/b"));
	ok(removals_since(&removals, between, "/b/c"));		/* it may take effect at any time until its caller is back */
	ok(!removals_since(&removals, before, "/a/bb"));
	ok(!removals_since(&removals, before, "/x"));
	removals_end(&removals, 2);
	ok(removals_since(&removals, removals_now(&removals), "/a/b"));
	removals_end(&removals, 1);
	after = removals_now(&removals);
	ok(removals_since(&removals, between, "/a/b"));
	ok(!removals_since(&removals, after, "/a/b"));
	removals_done(&removals);
}

/* A mount, or a path that has no last part of its own, may change what any path names. */
static void test_any_name(void)
{
	static const char *const paths[] = { NULL, "", "/", ".", "a/..", "./" };
	struct removals removals = { 0 };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		uint64_t before = removals_now(&removals);

		removals_begin(&removals, 1, paths[i]);
		removals_end(&removals, 1);
		ok(removals_since(&removals, before, "/a"));
		ok(!removals_since(&removals, removals_now(&removals), "/a"));
	}
	removals_begin(&removals, 1, "...");
	ok(!removals_since(&removals, removals_now(&removals), "/a"));
	ok(removals_since(&removals, removals_now(&removals), "/a/..."));
	ok(removals_since(&removals, removals_now(&removals), NULL));
	removals_done(&removals);
}

/* rename(2) has two names, and both are over with the call. */
static void test_two_names(void)
{
	struct removals removals = { 0 };

	removals_begin(&removals, 1, "from");
	removals_begin(&removals, 1, "to");
	ok(removals_since(&removals, removals_now(&removals), "/from"));
	ok(removals_since(&removals, removals_now(&removals), "/to"));
	removals_end(&removals, 1);
	ok(!removals_since(&removals, removals_now(&removals), "/from"));
	ok(!removals_since(&removals, removals_now(&removals), "/to"));
	removals_done(&removals);
}

/* Those under way are never forgotten; what is, makes doubtful what began before it had ended. */
static void test_many(void)
{
	struct removals removals = { 0 };
	uint64_t before;
	char name[16];

	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		removals_begin(&removals, i, name);
	}
	ok(removals_since(&removals, removals_now(&removals), "/n0"));
	ok(removals_since(&removals, removals_now(&removals), "/n199"));
	ok(!removals_since(&removals, 0, "/other"));
	for (int i = 0; i < 200; i++)
		removals_end(&removals, i);
	before = removals_now(&removals);
	for (int i = 0; i < 300; i++) {
		removals_begin(&removals, 1, "x");
		removals_end(&removals, 1);
	}
	ok(removals.count <= 200);
	ok(removals_since(&removals, before, "/other"));
	ok(!removals_since(&removals, removals_now(&removals), "/x"));
	removals_done(&removals);
}

int main(void)
{
	test_names();
	test_any_name();
	test_two_names();
	test_many();
	return done();
}
