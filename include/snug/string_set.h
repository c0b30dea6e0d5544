/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of byte strings, kept sorted by bytes (never by locale).
 *
 * For the small sets of a trace: who did it, in which run, which values.
 * Strings are copied in and owned by the set; what is read out is borrowed
 * and lives until the next change. A `limit` bounds a set: it then keeps
 * the bytewise smallest `limit` members and remembers in `more` that there
 * were others. The smallest, and not the first, so that a union is the same
 * in whatever order it is made (trace merge laws).
 */
#ifndef SNUG_STRING_SET_H
#define SNUG_STRING_SET_H

#include <stdbool.h>
#include <stddef.h>

struct string_set {
	char **items;		/* owned; sorted by strcmp() */
	size_t count;
	size_t limit;		/* most members, 0 = unbounded */
	bool more;		/* members were left out because of `limit` */
};

#define STRING_SET_EMPTY { NULL, 0, 0, false }

void string_set_done(struct string_set *set);
bool string_set_add(struct string_set *set, const char *item);	/* true when the set changed */
bool string_set_has(const struct string_set *set, const char *item);
bool string_set_union(struct string_set *into, const struct string_set *from); /* true when `into` changed */
bool string_set_equal(const struct string_set *a, const struct string_set *b);

#endif
