/* SPDX-License-Identifier: Apache-2.0 */
/* The files that are mapped somewhere: mprotect(2) names memory, an LSM is asked about the file behind it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

/* PROCMAP_QUERY of Linux 6.11, include/uapi/linux/fs.h: one look instead of a line for each of thousands of maps. */
struct map_query {
	uint64_t size, flags, address;
	uint64_t start, end, vma_flags, page_size, offset, inode;
	uint32_t dev_major, dev_minor, name_size, build_id_size;
	uint64_t name, build_id;
};

#define MAP_QUERY _IOWR('f', 17, struct map_query)
#define COVERING_OR_NEXT 0x10u
#define FILE_BACKED 0x20u

static void add_mapped_file(struct decoder *decoder, struct pending *pending, const char *name, uint32_t access)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(name), tail = sizeof(deleted) - 1;
	struct draft *draft;

	if (name[0] != '/' || strncmp(name, "/memfd:", 7) == 0)
		return;
	if (length > tail && strcmp(name + length - tail, deleted) == 0)
		length -= tail;
	draft = draft_add(pending, EVENT_FILE);
	draft->event.file.path = draft_keep(draft, xmemdup(name, length));
	draft->event.file.kind = FILE_KIND_FILE;
	draft->event.file.access = access;
	draft->found = true;
	draft_drop_known(decoder, pending, draft);
}

/* False when the kernel does not know how. */
static bool query_maps(struct decoder *decoder, struct pending *pending, int maps, uint64_t start, uint64_t end,
		       uint32_t access)
{
	char name[PATH_MAX + 16];

	while (start < end) {
		struct map_query query = {
			.size = sizeof(query), .flags = COVERING_OR_NEXT | FILE_BACKED, .address = start,
			.name_size = sizeof(name), .name = (uint64_t)(uintptr_t)name,
		};

		if (ioctl(maps, MAP_QUERY, &query) < 0)
			return errno == ENOENT;
		if (query.start >= end || query.end <= start)
			return true;
		if (query.name_size)
			add_mapped_file(decoder, pending, name, access);
		start = query.end;
	}
	return true;
}

/* A file's name at the end of a line of /proc/TID/maps, where a newline in it stands as "\012". Owned by the caller. */
static char *name_in_line(const char *text)
{
	CLEANUP(text_done) struct text name = TEXT_EMPTY;

	for (; *text && *text != '\n'; text++) {
		bool newline = strncmp(text, "\\012", 4) == 0;

		text_putc(&name, newline ? '\n' : *text);
		text += newline ? 3 : 0;
	}
	return text_steal(&name);
}

static void read_maps(struct decoder *decoder, struct pending *pending, FILE *maps, uint64_t start, uint64_t end,
		      uint32_t access)
{
	auto_free char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, maps) > 0) {
		unsigned long low, high, inode;
		int name_at = 0;

		if (sscanf(line, "%lx-%lx %*s %*s %*s %lu %n", &low, &high, &inode, &name_at) < 3 || high <= start)
			continue;
		if (low >= end)
			break;
		if (inode && name_at) {
			auto_free char *name = name_in_line(line + name_at);

			add_mapped_file(decoder, pending, name, access);
		}
	}
}

SUBJECT_FUNCTION(decode_mapping)
{
	uint64_t start = argument(pending, access->arg[0]), end = start + argument(pending, access->arg[1]);
	auto_fclose FILE *maps = NULL;
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/maps", task->tid);
	maps = fopen(name, "re");
	if (maps && !query_maps(decoder, pending, fileno(maps), start, end, access->access))
		read_maps(decoder, pending, maps, start, end, access->access);
}
