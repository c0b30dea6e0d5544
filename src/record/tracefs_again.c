/* SPDX-License-Identifier: Apache-2.0 */
/* What calls have told; see tracefs_again.h. */
#include "record/tracefs_again.h"

#include <stdlib.h>
#include <string.h>

#include "snug/map.h"
#include "snug/memory.h"

#define USES_MAX 4096		/* that are remembered, */
#define LENGTH_MAX 512		/* bytes of a key and of a path of these: ten megabytes at the very most, mostly one */

struct tracefs_again {
	struct map *uses;	/* owned; struct tracefs_use by key */
	struct map *paths;	/* owned; of those files */
};

static void free_use(void *value)
{
	struct tracefs_use *use = value;

	free(use->path);
	free(use);
}

static void begin(struct tracefs_again *again)
{
	again->uses = map_new(free_use);
	again->paths = map_new(NULL);
}

static void end(struct tracefs_again *again)
{
	map_free(again->uses);
	map_free(again->paths);
}

struct tracefs_again *tracefs_again_new(void)
{
	struct tracefs_again *again = xcalloc(1, sizeof(*again));

	begin(again);
	return again;
}

struct tracefs_again *tracefs_again_free(struct tracefs_again *again)
{
	if (again)
		end(again);
	free(again);
	return NULL;
}

struct tracefs_use *tracefs_again_find(struct tracefs_again *again, const struct text *key)
{
	return map_get(again->uses, key->data, key->length);
}

bool tracefs_again_add(struct tracefs_again *again, const struct text *key, const char *path)
{
	const bool room = map_count(again->uses) < USES_MAX;
	struct tracefs_use *use;
	void **slot;

	if (key->length > LENGTH_MAX || strlen(path) > LENGTH_MAX)
		return true;
	if (!room)
		tracefs_again_forget(again);
	slot = map_slot(again->uses, key->data, key->length);
	if (*slot)
		return room;
	use = xcalloc(1, sizeof(*use));
	use->path = xstrdup(path);
	*slot = use;
	*map_slot(again->paths, path, strlen(path)) = again;	/* anything but NULL */
	return room;
}

bool tracefs_again_uses(const struct tracefs_again *again, const char *path)
{
	return map_get(again->paths, path, strlen(path));
}

void tracefs_again_forget(struct tracefs_again *again)
{
	if (!map_count(again->uses))
		return;
	end(again);
	begin(again);
}
