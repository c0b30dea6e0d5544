/* SPDX-License-Identifier: Apache-2.0 */
/* Which worker hangs, and which is only slow: by what the kernel says of it at each look. */
#include "record/notify_watchdog.h"
#include "snug/memory.h"
#include "tests/tap.h"

#define LOOKS 60

/* What is seen at each look, again and again. */
struct row {
	char state;
	uint64_t passed_ms, ran_ms, moved;	/* since the look before */
	int want;				/* the first look that says that it hangs; 0 = none of LOOKS does */
};

static const struct row rows[] = {
	{ 'S', 1000, 0, 1, 0 },		/* it works */
	{ 'R', 1000, 990, 5000, 0 },
	{ 'T', 1000, 0, 0, 10 },	/* stopped */
	{ 't', 1000, 0, 0, 10 },
	{ 'D', 1000, 0, 0, 10 },	/* a page that never comes */
	{ 'S', 1000, 0, 0, 10 },
	{ '?', 1000, 0, 0, 10 },	/* no /proc */
	{ 'R', 1000, 1000, 0, 10 },	/* a circle */
	{ 'R', 1000, 500, 0, 20 },	/* on half of a CPU */
	{ 'R', 1000, 0, 0, 0 },		/* no CPU for it */
	{ 'R', 1000, 100, 0, 0 },	/* hardly any: 6 s of its own in these looks */
	{ 'D', 3600000, 0, 0, 5 },	/* the keeper was stopped, too: 2 s at most count of each */
	{ 'D', 100, 0, 0, 0 },		/* looks that come early */
};

static int first_bark(const struct row *row)
{
	struct task_time time = { .state = row->state, .ran_ms = 12345 };
	uint64_t now = 1000, moves = 7;
	struct watchdog watchdog;

	watchdog_begin(&watchdog, now, moves, &time);
	for (int look = 1; look <= LOOKS; look++) {
		now += row->passed_ms;
		time.ran_ms += row->ran_ms;
		moves += row->moved;
		if (watchdog_look(&watchdog, now, moves, &time))
			return look;
	}
	return 0;
}

static void test_one_move_is_enough(void)
{
	struct task_time time = { .state = 'D' };
	struct watchdog watchdog;
	bool barked = false;

	watchdog_begin(&watchdog, 0, 0, &time);
	for (uint64_t look = 1; look <= LOOKS; look++)
		barked |= watchdog_look(&watchdog, look * 1000, look / 9, &time);
	ok(!barked);
}

static void test_parse(void)
{
	struct task_time time = { 0 };

	ok(task_time_parse(&time, "77 (snug-worker) D 1 77 77 0 -1 4194560 204 0 0 0 300 200 0 0 20 0 1 0 99 1 2 3\n"));
	ok_int(time.state, 'D');
	ok_int((long long)time.ran_ms, 5000);	/* 100 ticks a second, everywhere on Linux */
	ok(task_time_parse(&time, "77 (a) R 9 (b) T 1 77 77 0 -1 4194560 204 0 0 0 1 1 0 0\n"));
	ok_int(time.state, 'T');
	ok(!task_time_parse(&time, ""));
	ok(!task_time_parse(&time, "77 (snug-worker"));
	ok(!task_time_parse(&time, "77 (snug-worker) D 1 77"));
	task_time_read(&time, 0);
	ok_int(time.state, '?');
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ok_int(first_bark(&rows[i]), rows[i].want);
	test_one_move_is_enough();
	test_parse();
	return done();
}
