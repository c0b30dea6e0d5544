/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded memory of what is known; see known.h. */
#include "record/known.h"

#include <stdlib.h>
#include <string.h>

#include "snug/map.h"
#include "snug/memory.h"

struct known {
	struct map *bits;	/* key → the bits themselves, in the pointer */
	size_t limit;
};

struct known *known_new(size_t limit)
{
	struct known *known = xcalloc(1, sizeof(*known));

	known->limit = limit;
	known->bits = map_new(NULL);
	return known;
}

struct known *known_free(struct known *known)
{
	if (known)
		map_free(known->bits);
	free(known);
	return NULL;
}

uint32_t known_bits(const struct known *known, const struct text *key)
{
	return (uint32_t)(uintptr_t)map_get(known->bits, text_cstr(key), key->length);
}

void known_add(struct known *known, const struct text *key, uint32_t bits)
{
	void **slot;

	if (map_count(known->bits) >= known->limit && !known_bits(known, key))
		known_clear(known);
	slot = map_slot(known->bits, text_cstr(key), key->length);
	*slot = (void *)((uintptr_t)*slot | bits);
}

void known_remove(struct known *known, const struct text *key, uint32_t bits)
{
	void **slot;

	if (!known_bits(known, key))
		return;
	slot = map_slot(known->bits, text_cstr(key), key->length);
	*slot = (void *)((uintptr_t)*slot & ~(uintptr_t)bits);
}

void known_clear(struct known *known)
{
	if (!map_count(known->bits))
		return;
	map_free(known->bits);
	known->bits = map_new(NULL);
}

struct name {
	uint32_t number;
	char bytes[];
};

struct names {
	struct map *by_bytes;	/* → struct name, owned */
};

struct names *names_new(void)
{
	struct names *names = xcalloc(1, sizeof(*names));

	names->by_bytes = map_new(free);
	return names;
}

struct names *names_free(struct names *names)
{
	if (names)
		map_free(names->by_bytes);
	free(names);
	return NULL;
}

static struct name *find_or_add(struct names *names, const char *bytes)
{
	size_t length = strlen(bytes);
	void **slot = map_slot(names->by_bytes, bytes, length);

	if (!*slot) {
		struct name *name = xcalloc(1, sizeof(*name) + length + 1);

		name->number = (uint32_t)map_count(names->by_bytes);
		memcpy(name->bytes, bytes, length);
		*slot = name;
	}
	return *slot;
}

uint32_t names_number(struct names *names, const char *name)
{
	return name ? find_or_add(names, name)->number : 0;
}

const char *names_keep(struct names *names, const char *name)
{
	return name ? find_or_add(names, name)->bytes : NULL;
}
