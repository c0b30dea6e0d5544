/* SPDX-License-Identifier: Apache-2.0 */
/* A map from files to what they say; see program_facts.h. */
#include "record/program_facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "record/program_file.h"
#include "snug/map.h"
#include "snug/memory.h"

#define FILES_MAX 1024	/* then all are forgotten */
#define SETTLED_S 2	/* since its last change: more than the slowest tick of a file system's clock */

struct program_memory {
	struct map *files;		/* struct identity → struct program_facts */
	struct program_facts last;	/* of a file that is not remembered */
};

struct identity {
	uint64_t device, inode, seconds, nanoseconds;
};

static struct identity identity_of(const struct statx *file)
{
	return (struct identity){
		(uint64_t)file->stx_dev_major << 32 | file->stx_dev_minor, file->stx_ino, (uint64_t)file->stx_ctime.tv_sec,
		file->stx_ctime.tv_nsec,
	};
}

static void free_facts(void *value)
{
	struct program_facts *facts = value;

	if (facts)
		free(facts->of_script);
	free(facts);
}

struct program_memory *program_memory_new(void)
{
	struct program_memory *memory = xcalloc(1, sizeof(*memory));

	memory->files = map_new(free_facts);
	return memory;
}

struct program_memory *program_memory_free(struct program_memory *memory)
{
	if (!memory)
		return NULL;
	map_free(memory->files);
	free(memory->last.of_script);
	free(memory);
	return NULL;
}

const struct program_facts *program_facts_known(const struct program_memory *memory, const struct statx *file)
{
	const struct identity identity = identity_of(file);

	return map_get(memory->files, &identity, sizeof(identity));
}

static bool is_settled(const struct statx *file)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec - SETTLED_S > file->stx_ctime.tv_sec;
}

static void read_facts(int look, bool may_read, const struct statx *file, struct program_facts *ret)
{
	struct interpreters of = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", look);
	ret->set_ids = file->stx_mode & (S_ISUID | S_ISGID);
	ret->capabilities = read_file_capabilities(path);
	if (!may_read)
		return;
	if (S_ISREG(file->stx_mode) && (file->stx_mode & 0111))
		read_interpreters(look, &of);
	free(of.of_elf);
	ret->of_script = of.of_script;
	ret->foreign = foreign_program_abi(look);
}

static struct program_facts *make_room(struct program_memory *memory, const struct statx *file)
{
	const struct identity identity = identity_of(file);
	void **slot;

	if (map_count(memory->files) >= FILES_MAX) {
		map_free(memory->files);
		memory->files = map_new(free_facts);
	}
	slot = map_slot(memory->files, &identity, sizeof(identity));
	return *slot ?: (*slot = xcalloc(1, sizeof(struct program_facts)));
}

const struct program_facts *program_facts_read(struct program_memory *memory, int look, bool may_read)
{
	const struct program_facts *known;
	struct program_facts *facts = &memory->last;
	struct statx file;

	free(memory->last.of_script);
	memory->last = (struct program_facts){ .set_ids = true };
	if (look < 0 || statx(look, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, PROGRAM_MASK | STATX_MODE, &file) < 0)
		return facts;
	known = may_read ? program_facts_known(memory, &file) : NULL;
	if (known)
		return known;
	if (may_read && is_settled(&file))
		facts = make_room(memory, &file);
	read_facts(look, may_read, &file, facts);
	return facts;
}
