/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map with a sorted walk: open addressing over an array of entries. */
#include "snug/map.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

#define FIRST_CHUNK 128		/* bytes; each further chunk is twice as large as the last, up to */
#define LAST_CHUNK (64 << 10)

/* Keys live as long as their map, and share allocations: a hundred thousand of them would pay as much again for their own. */
struct chunk {
	struct chunk *next;
	size_t size, used;
	char bytes[];
};

struct entry {
	const char *key;	/* in a chunk */
	void *value;
	uint32_t key_length;
	uint32_t hash;
};

struct map {
	void (*free_value)(void *value);
	struct chunk *chunks;	/* owned; the latest first */
	struct entry *entries;	/* owned; in order of arrival, or sorted */
	size_t count;
	size_t capacity;
	uint32_t *buckets;	/* owned; index into entries plus one, 0 = free */
	size_t bucket_count;	/* a power of two */
	bool sorted;
};

static uint64_t hash_word(uint64_t hash, const uint8_t *p, size_t length)
{
	uint64_t word = 0;

	memcpy(&word, p, length);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;	/* 2^64 by the golden ratio: Knuth, Sorting and Searching, 6.4 */
	return hash << 32 | hash >> 32;
}

/* Eight bytes at a time, and of a long key, which may be a record of a log, four times eight side by side. Keys come from
 * the recorded program: a flood of collisions costs time, never truth. */
uint32_t map_hash(const void *key, size_t length)
{
	const size_t size = sizeof(uint64_t);
	const uint8_t *p = key;
	uint64_t lanes[4] = { length, 1, 2, 3 }, hash = 0;

	for (; length >= sizeof(lanes); p += sizeof(lanes), length -= sizeof(lanes))
#pragma GCC unroll 4	/* else the lanes are in memory */
		for (size_t i = 0; i < ARRAY_SIZE(lanes); i++)
			lanes[i] = hash_word(lanes[i], p + i * size, size);
	for (size_t i = 0; i < ARRAY_SIZE(lanes); i++)
		hash = hash_word(hash, (const uint8_t *)&lanes[i], size);
	for (; length >= size; p += size, length -= size)
		hash = hash_word(hash, p, size);
	if (length && p - (const uint8_t *)key >= (ptrdiff_t)size)	/* with some before it again: a word is read at once */
		return (uint32_t)hash_word(hash, p + length - size, size);
	return (uint32_t)(length ? hash_word(hash, p, length) : hash);
}

struct map *map_new(void (*free_value)(void *value))
{
	struct map *map = xcalloc(1, sizeof(*map));

	map->free_value = free_value;
	map->sorted = true;
	return map;
}

static void add_chunk(struct map *map, size_t needed)
{
	size_t size = map->chunks ? map->chunks->size * 2 : FIRST_CHUNK;
	struct chunk *chunk;

	if (size > LAST_CHUNK)
		size = LAST_CHUNK;
	if (size < needed)
		size = needed;
	chunk = xcalloc(1, sizeof(*chunk) + size);
	chunk->size = size;
	chunk->next = map->chunks;
	map->chunks = chunk;
}

/* With a NUL behind it: keys that are text can be used as such. */
static const char *keep_key(struct map *map, const void *key, size_t length)
{
	char *kept;

	if (!map->chunks || map->chunks->size - map->chunks->used <= length)
		add_chunk(map, length + 1);
	kept = map->chunks->bytes + map->chunks->used;
	if (length)
		memcpy(kept, key, length);
	map->chunks->used += length + 1;
	return kept;
}

struct map *map_free(struct map *map)
{
	if (!map)
		return NULL;
	for (size_t i = 0; map->free_value && i < map->count; i++)
		map->free_value(map->entries[i].value);
	for (struct chunk *chunk = map->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(map->entries);
	free(map->buckets);
	free(map);
	return NULL;
}

/* The bucket that holds `key`, or the free one where it would go. */
static size_t find_bucket(const struct map *map, uint32_t hash, const void *key, size_t length)
{
	size_t at = hash & (map->bucket_count - 1);

	while (map->buckets[at]) {
		const struct entry *e = &map->entries[map->buckets[at] - 1];

		if (e->hash == hash && e->key_length == length && memcmp(e->key, key, length) == 0)
			break;
		at = (at + 1) & (map->bucket_count - 1);
	}
	return at;
}

static void rebuild_buckets(struct map *map, size_t bucket_count)
{
	free(map->buckets);
	map->bucket_count = bucket_count;
	map->buckets = xcalloc(bucket_count, sizeof(*map->buckets));
	for (size_t i = 0; i < map->count; i++) {
		size_t at = map->entries[i].hash & (bucket_count - 1);

		while (map->buckets[at])
			at = (at + 1) & (bucket_count - 1);
		map->buckets[at] = (uint32_t)(i + 1);
	}
}

void *map_get(const struct map *map, const void *key, size_t key_length)
{
	size_t at;

	if (!map->count)
		return NULL;
	at = find_bucket(map, map_hash(key, key_length), key, key_length);
	return map->buckets[at] ? map->entries[map->buckets[at] - 1].value : NULL;
}

void **map_slot(struct map *map, const void *key, size_t key_length)
{
	uint32_t hash = map_hash(key, key_length);
	struct entry *e;
	size_t at;

	if (map->count * 2 >= map->bucket_count)
		rebuild_buckets(map, map->bucket_count ? map->bucket_count * 2 : 16);
	at = find_bucket(map, hash, key, key_length);
	if (map->buckets[at])
		return &map->entries[map->buckets[at] - 1].value;
	if (map->count == map->capacity) {
		map->capacity = map->capacity ? map->capacity * 2 : 8;
		map->entries = xrealloc(map->entries, map->capacity, sizeof(*map->entries));
	}
	e = &map->entries[map->count++];
	*e = (struct entry){ keep_key(map, key, key_length), NULL, (uint32_t)key_length, hash };
	map->buckets[at] = (uint32_t)map->count;
	map->sorted = false;
	return &e->value;
}

size_t map_count(const struct map *map)
{
	return map->count;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t shorter = x->key_length < y->key_length ? x->key_length : y->key_length;
	int order = memcmp(x->key, y->key, shorter);

	return order ? order : (x->key_length > y->key_length) - (x->key_length < y->key_length);
}

static void sort_entries(struct map *map)
{
	if (map->sorted)
		return;
	qsort(map->entries, map->count, sizeof(*map->entries), compare_entries);
	rebuild_buckets(map, map->bucket_count);
	map->sorted = true;
}

void *map_value_at(struct map *map, size_t index)
{
	sort_entries(map);
	return map->entries[index].value;
}

const void *map_key_at(struct map *map, size_t index, size_t *ret_length)
{
	sort_entries(map);
	if (ret_length)
		*ret_length = map->entries[index].key_length;
	return map->entries[index].key;
}
