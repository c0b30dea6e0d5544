/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from byte strings to pointers: found by hash, walked in byte order.
 *
 * For the large sets of a trace (100,000 paths). A key may hold NUL bytes, so
 * that a compound key is its parts joined by NUL and sorts part by part. Keys are
 * copied; values belong to whoever made the map, `free_value` (may be NULL)
 * releases them in map_free().
 *
 *	for (size_t i = 0; i < map_count(map); i++)
 *		use(map_value_at(map, i));	in bytewise order of the keys
 */
#ifndef SNUG_MAP_H
#define SNUG_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "snug/cleanup.h"

struct map;

struct map *map_new(void (*free_value)(void *value));
struct map *map_free(struct map *map);		/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct map *, map_free);

/* What maps find a key by, the same in all of them. */
uint32_t map_hash(const void *key, size_t key_length);

/* The value under `key`, NULL when there is none. */
void *map_get(const struct map *map, const void *key, size_t key_length);

/* Where the value under `key` stands; a new key starts with NULL. Valid until the next map_slot(). */
void **map_slot(struct map *map, const void *key, size_t key_length);

size_t map_count(const struct map *map);

/* The `index`-th in byte order of the keys. The first call after a new key sorts: O(n log n). */
void *map_value_at(struct map *map, size_t index);
const void *map_key_at(struct map *map, size_t index, size_t *ret_length);

#endif
