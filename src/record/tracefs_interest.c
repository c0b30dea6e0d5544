/* SPDX-License-Identifier: Apache-2.0 */
/* Which events are still of interest; see tracefs_interest.h. */
#include "record/tracefs_interest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define ERRNOS_MAX 192		/* above every errno that a program sees, 133 (EHWPOISON); larger ones are one */
#define IDLE_MAX 256		/* records without news before the kernel is asked to filter */
#define QUIET_NS 2000000000ull	/* without news for so long: the exits of a ruled call teach nothing more */
#define VALUES_MAX 256		/* combinations of ruled arguments of one call that are told apart */

struct lesson {
	bool seen, ok;
	uint64_t errnos[ERRNOS_MAX / 64];
	struct map *values;		/* owned; combinations that were seen, under the rows' masks */
};

struct tracefs_lessons {
	struct tracefs_lessons *next;
	size_t sharers;			/* beside its owner */
	struct lesson of[TRACEFS_NUMBERS_MAX];
};

/* Of one call, over all groups. */
struct attention {
	uint64_t masks[TRACEFS_ARGS_MAX];	/* of the arguments that are ruled on; 0 = it is not */
	bool ruled, widened;
	bool in_memory;				/* an argument that is ruled on stands in memory: no filter sees it */
	bool kept[2], wanted[2];		/* by side: stays on */
	uint64_t news_ns;			/* when there was any, last */
	bool news;				/* since the switches were looked at */
	unsigned int idle[2];			/* records since */
	struct map *registers;			/* owned; combinations of those arguments as they stood in registers */
};

struct tracefs_interest {
	struct tracefs_events *events;		/* borrowed */
	struct tracefs_lessons *groups;
	struct attention of[TRACEFS_NUMBERS_MAX];
};

struct tracefs_interest *tracefs_interest_new(struct tracefs_events *events, const struct call_table *table)
{
	struct tracefs_interest *interest = xcalloc(1, sizeof(*interest));

	interest->events = events;
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++) {
		const struct call_row *row = call_table_find(table, number);
		struct attention *attention = &interest->of[number];

		for (size_t i = 0; i < row->argument_count; i++)
			if (row->arguments[i]->index & ARGUMENT_POINTED_TO)
				attention->in_memory = attention->kept[0] = attention->kept[1] = true;
			else
				attention->masks[row->arguments[i]->index] |= row->arguments[i]->mask;
		for (size_t i = 0; i < TRACEFS_ARGS_MAX; i++)
			attention->ruled |= attention->masks[i] != 0;
	}
	return interest;
}

struct tracefs_interest *tracefs_interest_free(struct tracefs_interest *interest)
{
	for (size_t i = 0; interest && i < TRACEFS_NUMBERS_MAX; i++)
		map_free(interest->of[i].registers);
	free(interest);
	return NULL;
}

static void switch_all_on(struct tracefs_interest *interest)
{
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++) {
		struct attention *attention = &interest->of[number];

		tracefs_event_switch(interest->events, number, TRACEFS_SIDE_ENTER, true);
		tracefs_event_switch(interest->events, number, TRACEFS_SIDE_EXIT, true);
		attention->idle[TRACEFS_SIDE_ENTER] = attention->idle[TRACEFS_SIDE_EXIT] = 0;
		attention->widened = false;
	}
}

struct tracefs_lessons *tracefs_lessons_new(struct tracefs_interest *interest)
{
	struct tracefs_lessons *lessons = xcalloc(1, sizeof(*lessons));

	lessons->next = interest->groups;
	interest->groups = lessons;
	switch_all_on(interest);
	return lessons;
}

struct tracefs_lessons *tracefs_lessons_share(struct tracefs_lessons *lessons)
{
	lessons->sharers++;
	return lessons;
}

struct tracefs_lessons *tracefs_lessons_free(struct tracefs_interest *interest, struct tracefs_lessons *lessons)
{
	struct tracefs_lessons **link = &interest->groups;

	if (!lessons || lessons->sharers-- > 0)
		return NULL;
	while (*link != lessons)
		link = &(*link)->next;
	*link = lessons->next;
	for (size_t i = 0; i < TRACEFS_NUMBERS_MAX; i++)
		map_free(lessons->of[i].values);
	free(lessons);
	if (!interest->groups)
		switch_all_on(interest);	/* in time for the next */
	return NULL;
}

void tracefs_interest_keep(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side, bool keep)
{
	if (number >= TRACEFS_NUMBERS_MAX)
		return;
	interest->of[number].kept[side] = keep;
	if (keep)
		tracefs_event_switch(interest->events, number, side, true);
}

void tracefs_interest_want(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side, bool wanted)
{
	if (number >= TRACEFS_NUMBERS_MAX || interest->of[number].wanted[side] == wanted)
		return;
	interest->of[number].wanted[side] = wanted;
	if (wanted)
		tracefs_event_switch(interest->events, number, side, true);
}

bool tracefs_interest_is_wanted(const struct tracefs_interest *interest, uint64_t number, enum tracefs_side side)
{
	return number < TRACEFS_NUMBERS_MAX && interest->of[number].wanted[side];
}

bool tracefs_is_ruled(const struct tracefs_interest *interest, uint64_t number)
{
	return number < TRACEFS_NUMBERS_MAX && interest->of[number].ruled;
}

bool tracefs_was_seen(const struct tracefs_lessons *lessons, uint64_t number)
{
	return number < TRACEFS_NUMBERS_MAX && lessons->of[number].seen;
}

static bool add_combination(struct map **map, const uint64_t *combination)
{
	void **slot;

	if (!*map)
		*map = map_new(NULL);
	slot = map_slot(*map, combination, TRACEFS_ARGS_MAX * sizeof(*combination));
	if (*slot)
		return false;
	*slot = *map;	/* anything but NULL */
	return true;
}

static void mask_arguments(const struct attention *attention, const uint64_t *from, uint64_t *ret)
{
	for (size_t i = 0; i < TRACEFS_ARGS_MAX; i++)
		ret[i] = from[i] & attention->masks[i];
}

static bool is_new_combination(struct attention *attention, struct lesson *lesson, const uint64_t args[6])
{
	uint64_t registers[TRACEFS_ARGS_MAX], values[TRACEFS_ARGS_MAX];

	if (!attention->ruled)
		return false;
	mask_arguments(attention, args, values);
	for (size_t i = 0; i < TRACEFS_ARGS_MAX; i++)
		registers[i] = attention->masks[i] ? args[i] : 0;
	if (!attention->registers || map_count(attention->registers) < VALUES_MAX)
		add_combination(&attention->registers, registers);
	return add_combination(&lesson->values, values);
}

static void note_news(struct attention *attention, enum tracefs_side side, bool news)
{
	attention->news |= news;
	attention->idle[side] = news ? 0 : attention->idle[side] + 1;
}

bool tracefs_lesson_entered(struct tracefs_interest *interest, struct tracefs_lessons *lessons, uint64_t number,
			    const uint64_t args[6])
{
	struct attention *attention;
	struct lesson *lesson;
	bool news;

	if (number >= TRACEFS_NUMBERS_MAX)
		return true;
	attention = &interest->of[number];
	lesson = &lessons->of[number];
	news = !lesson->seen || attention->in_memory;
	if (!attention->widened)
		news |= is_new_combination(attention, lesson, args);
	lesson->seen = true;
	note_news(attention, TRACEFS_SIDE_ENTER, news);
	return news;
}

bool tracefs_lesson_left(struct tracefs_interest *interest, struct tracefs_lessons *lessons, uint64_t number, int64_t result)
{
	struct lesson *lesson;
	bool failed = result < 0 && result >= -4095, news;	/* MAX_ERRNO, include/linux/err.h */
	uint64_t code = failed ? (uint64_t)-result : 0, bit;

	if (number >= TRACEFS_NUMBERS_MAX)
		return true;
	lesson = &lessons->of[number];
	code = code < ERRNOS_MAX ? code : ERRNOS_MAX - 1;
	bit = (uint64_t)1 << code % 64;
	news = !lesson->ok && !(lesson->errnos[code / 64] & bit);
	lesson->errnos[code / 64] |= bit;
	lesson->ok |= !failed;
	note_news(&interest->of[number], TRACEFS_SIDE_EXIT, news);
	return news;
}

static bool all_have_seen(const struct tracefs_interest *interest, uint64_t number)
{
	for (const struct tracefs_lessons *group = interest->groups; group; group = group->next)
		if (!group->of[number].seen)
			return false;
	return true;
}

static bool all_have_succeeded(const struct tracefs_interest *interest, uint64_t number)
{
	for (const struct tracefs_lessons *group = interest->groups; group; group = group->next)
		if (!group->of[number].ok)
			return false;
	return true;
}

static bool all_have_values(const struct tracefs_interest *interest, uint64_t number, const uint64_t *registers)
{
	uint64_t values[TRACEFS_ARGS_MAX];

	mask_arguments(&interest->of[number], registers, values);
	for (const struct tracefs_lessons *group = interest->groups; group; group = group->next)
		if (!group->of[number].values || !map_get(group->of[number].values, values, sizeof(values)))
			return false;
	return true;
}

static bool most_values(const struct tracefs_interest *interest, uint64_t number)
{
	for (const struct tracefs_lessons *group = interest->groups; group; group = group->next)
		if (group->of[number].values && map_count(group->of[number].values) >= VALUES_MAX)
			return true;
	return false;
}

/* "(cmd != 3 || arg != 1)": any register differs. False when the call's arguments have no names. */
static bool add_difference(const struct tracefs_interest *interest, uint64_t number, const uint64_t *registers,
			   struct text *filter)
{
	const char *before = "(";

	text_puts(filter, filter->length ? " && " : "");
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		const char *name = tracefs_event_argument(interest->events, number, i);

		if (!interest->of[number].masks[i])
			continue;
		if (!name)
			return false;
		text_printf(filter, "%s%s != %" PRIu64, before, name, registers[i]);
		before = " || ";
	}
	text_putc(filter, ')');
	return true;
}

/* False when it would be longer than the kernel takes. */
static bool filter_values(struct tracefs_interest *interest, uint64_t number)
{
	struct attention *attention = &interest->of[number];
	CLEANUP(text_done) struct text filter = TEXT_EMPTY;

	for (size_t i = 0; i < map_count(attention->registers); i++) {
		uint64_t registers[TRACEFS_ARGS_MAX];
		size_t length;

		memcpy(registers, map_key_at(attention->registers, i, &length), sizeof(registers));
		if (!all_have_values(interest, number, registers))
			continue;
		if (!add_difference(interest, number, registers, &filter))
			return true;
		if (filter.length > TRACEFS_FILTER_MAX)
			return false;
	}
	if (filter.length)
		tracefs_event_filter(interest->events, number, TRACEFS_SIDE_ENTER, text_cstr(&filter));
	return true;
}

static enum tracefs_change turn_entry(struct tracefs_interest *interest, uint64_t number)
{
	struct attention *attention = &interest->of[number];

	if (attention->kept[TRACEFS_SIDE_ENTER] || attention->wanted[TRACEFS_SIDE_ENTER] || !all_have_seen(interest, number))
		return TRACEFS_NO_CHANGE;
	if (!attention->ruled || attention->widened) {
		tracefs_event_switch(interest->events, number, TRACEFS_SIDE_ENTER, false);
		return TRACEFS_NO_CHANGE;
	}
	if (!most_values(interest, number)) {
		if (attention->idle[TRACEFS_SIDE_ENTER] < IDLE_MAX)
			return TRACEFS_NO_CHANGE;
		attention->idle[TRACEFS_SIDE_ENTER] = 0;
		if (filter_values(interest, number))
			return TRACEFS_NO_CHANGE;
	}
	attention->widened = true;
	tracefs_event_switch(interest->events, number, TRACEFS_SIDE_ENTER, false);
	return TRACEFS_WIDENED;
}

/* Errnos that every group knows. */
static void filter_errnos(struct tracefs_interest *interest, uint64_t number)
{
	CLEANUP(text_done) struct text filter = TEXT_EMPTY;

	for (unsigned int code = 1; code < ERRNOS_MAX - 1; code++) {
		bool known = true;

		for (const struct tracefs_lessons *group = interest->groups; group; group = group->next)
			known &= group->of[number].ok || group->of[number].errnos[code / 64] >> code % 64 & 1;
		if (known && !all_have_succeeded(interest, number))
			text_printf(&filter, "%sret != -%u", filter.length ? " && " : "", code);
	}
	if (filter.length && filter.length <= TRACEFS_FILTER_MAX)
		tracefs_event_filter(interest->events, number, TRACEFS_SIDE_EXIT, text_cstr(&filter));
}

static void turn_exit(struct tracefs_interest *interest, uint64_t number, uint64_t time_ns)
{
	struct attention *attention = &interest->of[number];
	bool quiet = time_ns > attention->news_ns + QUIET_NS;

	if (attention->kept[TRACEFS_SIDE_EXIT] || attention->wanted[TRACEFS_SIDE_EXIT])
		return;
	if (all_have_succeeded(interest, number) && (!attention->ruled || quiet)) {
		tracefs_event_switch(interest->events, number, TRACEFS_SIDE_EXIT, false);
	} else if (!attention->ruled && attention->idle[TRACEFS_SIDE_EXIT] >= IDLE_MAX) {
		attention->idle[TRACEFS_SIDE_EXIT] = 0;
		filter_errnos(interest, number);
	}
}

enum tracefs_change tracefs_interest_turn(struct tracefs_interest *interest, uint64_t number, enum tracefs_side side,
					  uint64_t time_ns)
{
	struct attention *attention;

	if (number >= TRACEFS_NUMBERS_MAX || !interest->groups || !tracefs_events_has(interest->events, number))
		return TRACEFS_NO_CHANGE;
	attention = &interest->of[number];
	if (attention->news) {
		attention->news = false;
		attention->news_ns = time_ns;
		if (attention->ruled)
			tracefs_event_switch(interest->events, number, TRACEFS_SIDE_EXIT, true);
	}
	turn_exit(interest, number, time_ns);
	return side == TRACEFS_SIDE_ENTER ? turn_entry(interest, number) : TRACEFS_NO_CHANGE;
}
