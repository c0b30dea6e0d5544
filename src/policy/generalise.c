/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the parts of paths that vary: by tables (knowledge/path_shape), by what is a run's own, then by comparing runs. */
#include "policy/generalise.h"

#include <string.h>

#include "policy/build.h"
#include "policy/own_name.h"
#include "policy/varying_part.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/path_shape.h"

/* Names that a program gave; what it found under such a name was there before. */
#define ACCESS_BORN (ACCESS_CREATE | ACCESS_LINK_TO | ACCESS_RENAME_TO)
#define ACCESS_GONE (ACCESS_DELETE | ACCESS_RENAME_FROM)

struct generaliser {
	struct policy *policy;	/* for its notes */
	struct trace *trace;
	struct map *varying;	/* path up to and with a part → struct pieces * of that part */
	struct string_set data_folders;
	struct own_names own;
};

static void free_pieces(void *pieces)
{
	pieces_free(pieces);
}

static size_t part_end(const char *path, size_t start)
{
	return start + strcspn(path + start, "/");
}

static size_t last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

static struct pieces *pieces_of(const char *part, size_t length, const struct varying *varying)
{
	struct pieces *pieces = pieces_new();
	size_t end = varying->start + varying->length;

	pieces_add_literal(pieces, part, varying->start);
	pieces_add(pieces, varying->number ? PATTERN_NUMBER : PATTERN_NAME);
	pieces_add_literal(pieces, part + end, length - end);
	return pieces;
}

/* Takes `pieces`. What is known of a part stays: tables come before comparison. */
static void set_varying(struct generaliser *g, const char *path, size_t end, struct pieces *pieces)
{
	void **slot = map_slot(g->varying, path, end);

	if (*slot)
		pieces_free(pieces);
	else
		*slot = pieces;
}

/* Length of the folder of data that `path` lies in; 0 = in none. */
static size_t data_folder_of(const struct generaliser *g, const char *path)
{
	for (size_t i = 0; i < g->data_folders.count; i++) {
		size_t length = strlen(g->data_folders.items[i]);

		if (strncmp(path, g->data_folders.items[i], length) == 0 && path[length] == '/')
			return length;
	}
	return 0;
}

static void find_places(struct generaliser *g, const char *path)
{
	size_t folder = data_folder_of(g, path);

	for (size_t start = 1, end; path[0] == '/' && path[start]; start = path[end] ? end + 1 : end) {
		struct varying varying;

		end = part_end(path, start);
		if (path_place_find(path, end, &varying) ||
		    (folder && end > folder && data_place_find(path + folder, end - folder, &varying)))
			set_varying(g, path, end, pieces_of(path + start, end - start, &varying));
	}
}

/* Of public data that are only read, no matter which. */
static void find_choice(struct generaliser *g, const struct trace_file *file)
{
	size_t length = file->access & ~(uint32_t)(ACCESS_READ | ACCESS_FREE) ? 0 : chosen_data_length(file->path);
	struct pieces *pieces;

	if (length == 0)
		return;
	pieces = pieces_new();
	pieces->whole = true;
	pieces_add_literal(pieces, file->path, length + 1);
	pieces_add(pieces, PATTERN_TREE);
	set_varying(g, file->path, strlen(file->path), pieces);
}

static void find_data_folders(struct generaliser *g)
{
	for (size_t i = 0; i < map_count(g->trace->files); i++) {
		const struct trace_file *file = map_value_at(g->trace->files, i);
		size_t length = policy_file_is_needed(file) ? data_folder_length(file->path) : 0;
		auto_free char *folder = NULL;

		if (length == 0)
			continue;
		folder = xmemdup(file->path, length);
		string_set_add(&g->data_folders, folder);
	}
}

/* The first entry of trace.files whose path is not below `path` in byte order. */
static size_t files_from(struct trace *trace, const char *path)
{
	size_t low = 0, high = map_count(trace->files);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct trace_file *file = map_value_at(trace->files, middle);

		if (strcmp(file->path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Entries of one path differ in their outcome: rmdir() of a folder that is not empty yet. */
static bool is_born(struct generaliser *g, const char *path)
{
	for (size_t i = files_from(g->trace, path); i < map_count(g->trace->files); i++) {
		const struct trace_file *file = map_value_at(g->trace->files, i);

		if (strcmp(file->path, path) != 0)
			return false;
		if (policy_file_is_needed(file) && file->access & ACCESS_BORN)
			return true;
	}
	return false;
}

/* Would the pattern also cover a file of this folder that the program did not name itself? */
static bool covers_found_file(struct generaliser *g, const char *folder, const struct pieces *pieces)
{
	for (size_t i = files_from(g->trace, folder); i < map_count(g->trace->files); i++) {
		const struct trace_file *file = map_value_at(g->trace->files, i);

		if (strncmp(file->path, folder, strlen(folder)) != 0)
			return false;
		if (file->pattern)
			continue;
		if (policy_file_is_needed(file) && !is_born(g, file->path) && !strchr(file->path + strlen(folder), '/') &&
		    pattern_match(pieces->items, pieces->count, file->path + strlen(folder)))
			return true;
	}
	return false;
}

static bool covers_guarded_place(const char *folder, const struct pieces *pieces)
{
	const char *place;

	for (size_t i = 0; (place = guarded_place_at(i)); i++)
		if (strncmp(place, folder, strlen(folder)) == 0 &&
		    pattern_match(pieces->items, pieces->count, place + strlen(folder)))
			return true;
	return false;
}

static void note_kept(struct generaliser *g, const char *folder, const char *why)
{
	CLEANUP(text_done) struct text note = TEXT_EMPTY;

	text_puts(&note, "names that vary in '");
	bytes_escape(&note, folder, strlen(folder));
	text_printf(&note, "' are kept as they were recorded: a pattern would also cover %s", why);
	string_set_add(&g->policy->notes, text_cstr(&note));
}

/* Takes `pieces`, a pattern for the last part of `path`. Returns false when it may not be used. */
static bool propose(struct generaliser *g, const char *path, struct pieces *pieces)
{
	size_t start = last_part(path);
	auto_free char *folder = xmemdup(path, start);	/* with its final slash */
	const char *why = NULL;

	if (covers_guarded_place(folder, pieces))
		why = "a place that must not be guessed at";
	else if (covers_found_file(g, folder, pieces))
		why = "files that the program did not make";
	if (why) {
		note_kept(g, folder, why);
		pieces_free(pieces);
		return false;
	}
	set_varying(g, path, strlen(path), pieces);
	return true;
}

/* Takes `pieces`, of the part of `path` from `start` to `end`. A file that bears the container's id was made for it, also where the
 * program only found it, as long as the rest of the name says which one that is. */
static void set_own(struct generaliser *g, const char *path, size_t start, size_t end, struct pieces *pieces, bool is_born)
{
	auto_free char *folder = xmemdup(path, start - 1), *whole = xmemdup(path, end);

	if (shape_where_of(folder) == SHAPE_ANYWHERE || map_get(g->varying, path, end))
		pieces_free(pieces);
	else if (is_born || pieces->count == 1)
		propose(g, whole, pieces);
	else
		set_varying(g, path, end, pieces);
}

static void find_own_names(struct generaliser *g, const struct trace_file *file)
{
	const char *path = file->path;
	bool is_born = file->access & ACCESS_BORN;

	for (size_t start = 1, end; path[0] == '/' && path[start]; start = path[end] ? end + 1 : end) {
		struct pieces *pieces = own_name_pieces(&g->own, path + start, is_born);

		end = part_end(path, start);
		if (pieces)
			set_own(g, path, start, end, pieces, is_born);
	}
}

/* Folders named by a number that hold a counted file are counted as well: nginx's levels=1:2. */
static void set_levels(struct generaliser *g, const char *path)
{
	size_t end = last_part(path);

	while (end > 1) {
		static const struct varying whole = { .number = true };
		struct varying level = whole;
		size_t start = --end;

		while (start > 0 && path[start - 1] != '/')
			start--;
		level.length = end - start;
		if (level.length == 0 || strspn(path + start, "0123456789") < level.length)
			return;
		set_varying(g, path, end, pieces_of(path + start, level.length, &level));
		end = start;
	}
}

static void find_shape(struct generaliser *g, const struct trace_file *file)
{
	size_t start = last_part(file->path);
	auto_free char *folder = xmemdup(file->path, start ? start - 1 : 0);
	const char *name = file->path + start;
	struct varying varying;

	if (!name_shape_find(name, shape_where_of(folder), file->access & ACCESS_GONE, &varying))
		return;
	if (propose(g, file->path, pieces_of(name, strlen(name), &varying)) && varying.levels)
		set_levels(g, file->path);
}

/* Paths made by the program that differ in numbers only. */
struct family {
	struct pieces *pieces;		/* owned; what they have in common */
	struct string_set paths, runs;
	struct string_set own;		/* runs that had a path which no other run had */
};

static void free_family(void *p)
{
	struct family *family = p;

	pieces_free(family->pieces);
	string_set_done(&family->paths);
	string_set_done(&family->runs);
	string_set_done(&family->own);
	free(family);
}

static void join_family(struct map *families, const struct trace_file *file)
{
	/* Committed facts name no run: they are of one before all others. */
	static char *nameless[] = { (char *)"" };
	static const struct string_set earlier = { .items = nameless, .count = 1 };
	const struct string_set *runs = file->evidence.runs->count ? file->evidence.runs : &earlier;
	size_t start = last_part(file->path);
	CLEANUP(pieces_freep) struct pieces *split = pieces_split_name(file->path + start);
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct family *family;
	void **slot;

	text_add(&key, file->path, start);
	text_putc(&key, '\0');
	pieces_key(split, &key);
	slot = map_slot(families, key.data, key.length);
	if (!*slot)
		*slot = xcalloc(1, sizeof(*family));
	family = *slot;
	if (family->pieces)
		pieces_forget_differences(family->pieces, split);
	else
		family->pieces = steal_ptr(split);
	string_set_add(&family->paths, file->path);
	string_set_union(&family->runs, runs);
	if (runs->count == 1)
		string_set_union(&family->own, runs);
}

/* There were several runs, and each of them had a name of its own. */
static bool varies_by_run(const struct family *family)
{
	return family->runs.count > 1 && string_set_equal(&family->own, &family->runs);
}

static void compare_runs(struct generaliser *g)
{
	CLEANUP(map_freep) struct map *families = map_new(free_family);

	if (map_count(g->trace->runs) < 2)
		return;
	for (size_t i = 0; i < map_count(g->trace->files); i++) {
		const struct trace_file *file = map_value_at(g->trace->files, i);

		if (!file->pattern && policy_file_is_needed(file) && file->access & ACCESS_BORN &&
		    !map_get(g->varying, file->path, strlen(file->path)))
			join_family(families, file);
	}
	for (size_t i = 0; i < map_count(families); i++) {
		const struct family *family = map_value_at(families, i);

		if (!varies_by_run(family) || shape_where_of(family->paths.items[0]) == SHAPE_ANYWHERE)
			continue;
		for (size_t j = 0; j < family->paths.count; j++)
			propose(g, family->paths.items[j], pieces_settle(family->pieces));
	}
}

struct map *generalise_parts(struct policy *policy)
{
	struct generaliser g = { .policy = policy, .trace = policy->trace, .varying = map_new(free_pieces) };

	find_data_folders(&g);
	own_names_collect(&g.own, g.trace);
	for (size_t i = 0; i < map_count(g.trace->files); i++) {
		const struct trace_file *file = map_value_at(g.trace->files, i);

		if (!policy_file_is_needed(file) || file->pattern)
			continue;
		find_choice(&g, file);
		find_places(&g, file->path);
		find_own_names(&g, file);
		if (file->access & ACCESS_BORN)
			find_shape(&g, file);
	}
	compare_runs(&g);
	string_set_done(&g.data_folders);
	own_names_done(&g.own);
	return g.varying;
}
