/* SPDX-License-Identifier: Apache-2.0 */
/* A small sorted set of strings; see string_set.h for the bound. */
#include "snug/string_set.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

void string_set_done(struct string_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->items[i]);
	free(set->items);
	set->items = NULL;
	set->count = 0;
	set->more = false;
}

/* The first position whose item is not before `item`. */
static size_t lower_bound(const struct string_set *set, const char *item)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->items[middle], item) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool string_set_has(const struct string_set *set, const char *item)
{
	size_t at = lower_bound(set, item);

	return at < set->count && strcmp(set->items[at], item) == 0;
}

static bool set_more(struct string_set *set)
{
	bool changed = !set->more;

	set->more = true;
	return changed;
}

bool string_set_add(struct string_set *set, const char *item)
{
	size_t at = lower_bound(set, item);

	if (at < set->count && strcmp(set->items[at], item) == 0)
		return false;
	if (set->limit && at >= set->limit)
		return set_more(set);
	set->items = xrealloc(set->items, set->count + 1, sizeof(*set->items));
	memmove(set->items + at + 1, set->items + at, (set->count - at) * sizeof(*set->items));
	set->items[at] = xstrdup(item);
	set->count++;
	if (set->limit && set->count > set->limit) {
		free(set->items[--set->count]);
		set->more = true;
	}
	return true;
}

bool string_set_union(struct string_set *into, const struct string_set *from)
{
	bool changed = false;

	for (size_t i = 0; i < from->count; i++)
		changed |= string_set_add(into, from->items[i]);
	if (from->more)
		changed |= set_more(into);
	return changed;
}

bool string_set_equal(const struct string_set *a, const struct string_set *b)
{
	if (a->count != b->count || a->more != b->more)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}
