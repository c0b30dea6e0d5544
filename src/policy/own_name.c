/* SPDX-License-Identifier: Apache-2.0 */
/* Finds ids of containers and days of runs in names. */
#include "policy/own_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snug/memory.h"

#define ID_SHOWN 12		/* digits of a container's id that engines show, and take for its host's name */
#define DIGITS "0123456789"
#define HEX DIGITS "abcdef"
#define SECONDS_A_DAY 86400
#define DATE_DIGITS 8		/* of "20261122" */
#define IN_DATE "-_."		/* between its numbers */
#define IN_TIME "T-_.:"		/* between a date, a time and a counter */

static int64_t day_of(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	return timegm(&tm) / SECONDS_A_DAY;
}

/* A program names its files by the time of its own zone, which may be a day off. */
static void add_days(struct own_names *own, const struct trace_run *run)
{
	int year, month, day;
	int64_t start;

	if (!run->start || sscanf(run->start, "%4d-%2d-%2dT", &year, &month, &day) != 3)
		return;
	start = day_of(year, month, day);
	own->days = xrealloc(own->days, own->day_count + 1, sizeof(*own->days));
	own->days[own->day_count++] = (struct days){ start - 1, start + (int64_t)(run->duration_ms / 1000 / SECONDS_A_DAY) + 1 };
}

void own_names_collect(struct own_names *ret, struct trace *trace)
{
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (run->container && strspn(run->container, HEX) >= ID_SHOWN)
			string_set_add(&ret->ids, run->container);
		add_days(ret, run);
	}
}

void own_names_done(struct own_names *own)
{
	string_set_done(&own->ids);
	free(own->days);
	*own = (struct own_names){ 0 };
}

/* Length of the word that is an id or its beginning; 0 = it is none. */
static size_t id_length(const struct own_names *own, const char *p)
{
	size_t length = strspn(p, HEX);

	for (size_t i = 0; i < own->ids.count && length >= ID_SHOWN && !isalnum((unsigned char)p[length]); i++)
		if (strncmp(p, own->ids.items[i], length) == 0)
			return length;
	return 0;
}

/* Reads `count` digits. Returns -1 where there are fewer. */
static int number_of(const char *p, size_t count)
{
	int number = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)p[i]))
			return -1;
		number = number * 10 + (p[i] - '0');
	}
	return number;
}

static bool is_of_run(const struct own_names *own, int year, int month, int day)
{
	int64_t date;

	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	date = day_of(year, month, day);
	for (size_t i = 0; i < own->day_count; i++)
		if (date >= own->days[i].first && date <= own->days[i].last)
			return true;
	return false;
}

/* Length of "2026-11-22", "20261122", and of a time and counters behind it; 0 = that is no day of a run. */
static size_t date_length(const struct own_names *own, const char *p)
{
	bool apart = number_of(p, 4) >= 0 && p[4] && strchr(IN_DATE, p[4]);
	size_t month = apart ? 5 : 4, day = apart ? 8 : 6, length = apart ? 10 : DATE_DIGITS;

	if (number_of(p, 4) < 0 || number_of(p + 4 + apart, 2) < 0 || (apart && p[7] != p[4]) || number_of(p + day, 2) < 0)
		return 0;
	if (!is_of_run(own, number_of(p, 4), number_of(p + month, 2), number_of(p + day, 2)))
		return 0;
	while (isdigit((unsigned char)p[length]) || (p[length] && strchr(IN_TIME, p[length]) && isdigit((unsigned char)p[length + 1])))
		length++;
	return length;
}

/* A number for each run of digits. */
static void add_date(struct pieces *pieces, const char *p, size_t length)
{
	for (const char *end = p + length; p < end;) {
		size_t digits = strspn(p, DIGITS);

		if (digits)
			pieces_add(pieces, PATTERN_NUMBER);
		else
			pieces_add_literal(pieces, p, 1);
		p += digits ?: 1;
	}
}

struct pieces *own_name_pieces(const struct own_names *own, const char *part, bool is_born)
{
	CLEANUP(pieces_freep) struct pieces *pieces = pieces_new();
	bool found = false;
	size_t length;

	for (const char *p = part; *p && *p != '/'; p += length) {
		char before = p > part ? p[-1] : '/';

		if (!isalnum((unsigned char)before) && (length = id_length(own, p))) {
			pieces_add(pieces, PATTERN_NAME);
		} else if (is_born && !isdigit((unsigned char)before) && (length = date_length(own, p))) {
			add_date(pieces, p, length);
		} else {
			length = 1;
			pieces_add_literal(pieces, p, length);
			continue;
		}
		found = true;
	}
	return found ? steal_ptr(pieces) : NULL;
}
