/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of paths in committed facts, and what stands in them about the files beside them. */
#include "snug/facts.h"

#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/generalise.h"
#include "policy/varying_part.h"
#include "snug/cleanup.h"
#include "snug/digest.h"
#include "snug/fallback.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/ruling.h"

#define PROJECT_LABEL "snug.project="
#define ACCESS_BORN (ACCESS_CREATE | ACCESS_LINK_TO | ACCESS_RENAME_TO)	/* names that the program gave */

/* A pattern of the facts, read once. */
struct known_pattern {
	const struct trace_file *file;	/* borrowed */
	struct pattern pattern;
};

struct fates {
	const struct rules *rules;
	const struct map *varying;	/* see generalise.h */
	struct known_pattern *known;	/* owned */
	size_t known_count;
	struct map *names;		/* owned; the paths that stand in earlier facts as they are */
	struct string_set calls;	/* that the program made, and that were neither refused nor missing */
	bool has_own;			/* one of these at least does not come by chance */
};

static void fates_done(struct fates *fates)
{
	for (size_t i = 0; i < fates->known_count; i++)
		pattern_done(&fates->known[i].pattern);
	free(fates->known);
	map_free(fates->names);
	string_set_done(&fates->calls);
}

static void collect_patterns(struct fates *fates, struct trace *trace)
{
	for (size_t i = 0; i < map_count(trace->files); i++) {
		struct known_pattern known = { .file = map_value_at(trace->files, i) };

		if (!known.file->pattern || pattern_read(&known.pattern, known.file->path, NULL) < 0)
			continue;
		fates->known = xrealloc(fates->known, fates->known_count + 1, sizeof(*fates->known));
		fates->known[fates->known_count++] = known;
	}
}

static void collect_names(struct fates *fates, const struct trace *earlier)
{
	fates->names = map_new(NULL);
	for (size_t i = 0; earlier && i < map_count(earlier->files); i++) {
		struct trace_file *file = map_value_at(earlier->files, i);

		if (!file->pattern)
			*map_slot(fates->names, file->path, strlen(file->path)) = file;
	}
}

static const struct rule_line *covering_line(const struct rules *rules, const struct trace_file *file)
{
	for (size_t i = 0; rules && i < rules->count; i++)
		if (policy_line_covers(&rules->items[i], file))
			return &rules->items[i];
	return NULL;
}

static bool is_of_one_kind(const struct trace_file *a, const struct trace_file *b)
{
	return !a->kinds || !b->kinds || a->kinds & b->kinds;
}

/* What the program made itself may bring new access to a pattern that stands for such names; what it found may not. */
static const struct known_pattern *covering_pattern(const struct fates *fates, const struct trace_file *file)
{
	for (size_t i = 0; i < fates->known_count; i++)
		if (strcmp(fates->known[i].file->path, file->path) == 0)
			return &fates->known[i];	/* a witness that was reduced before */
	for (size_t i = 0; i < fates->known_count; i++) {
		const struct known_pattern *known = &fates->known[i];

		if ((!(file->access & ~known->file->access) || file->access & ACCESS_BORN) && is_of_one_kind(file, known->file) &&
		    pattern_match(known->pattern.pieces, known->pattern.count, file->path))
			return known;
	}
	return NULL;
}

static enum path_fate fate_of(void *context, const struct trace_file *file, struct text *text)
{
	const struct fates *fates = context;
	CLEANUP(pieces_freep) struct pieces *pieces = NULL;
	const struct known_pattern *known;
	const struct rule_line *line;

	if (file->pattern) {
		text_puts(text, file->path);
		return PATH_BECOMES_PATTERN;
	}
	if ((line = covering_line(fates->rules, file))) {
		pattern_text(text, line->pattern.pieces, line->pattern.count);
		return PATH_IS_COVERED;
	}
	/* What a table knows of the name comes first, as it did the first time. */
	pieces = pieces_of_path(fates->varying, file->path);
	if (!pattern_is_literal(pieces->items, pieces->count)) {
		pattern_text(text, pieces->items, pieces->count);
		return PATH_BECOMES_PATTERN;
	}
	known = map_get(fates->names, file->path, strlen(file->path)) ? NULL : covering_pattern(fates, file);
	if (!known)
		return PATH_STAYS;
	text_puts(text, known->file->path);
	return PATH_BECOMES_PATTERN;
}

/* --- calls that come by chance ------------------------------------------------------- */

/* Does it come by chance of timing, where others were seen: a lock that was taken, a signal that came? Policies allow it with
 * those anyhow, by the same table, so that it is not what differs from day to day. */
static bool comes_by_chance(const struct fates *fates, const char *call)
{
	const struct fallback *row;

	for (size_t i = 0; (row = fallback_at(i)) != NULL; i++) {
		if (strcmp(row->instead, call) != 0 || fallback_replaces(row))
			continue;
		if (strcmp(row->call, "*") == 0 ? fates->has_own : string_set_has(&fates->calls, row->call))
			return true;
	}
	return false;
}

static void collect_calls(struct fates *fates, struct trace *trace)
{
	size_t chance = 0;

	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *call = map_value_at(trace->syscalls, i);

		if (call->phase == PHASE_PROGRAM && policy_call_worked(call))
			string_set_add(&fates->calls, call->name);
	}
	fates->has_own = true;
	for (size_t i = 0; i < fates->calls.count; i++)
		chance += comes_by_chance(fates, fates->calls.items[i]);
	fates->has_own = chance < fates->calls.count;
}

static enum call_fate call_fate_of(void *context, const struct trace_syscall *call)
{
	const struct fates *fates = context;
	bool of_runtime = call->phase == PHASE_RUNTIME;

	if (of_runtime ? !policy_keeps_runtime_call(call)
		       : !call->assumed && !ruling_of(call->name) && comes_by_chance(fates, call->name))
		return CALL_IS_LEFT_OUT;
	return policy_call_worked(call) ? CALL_WORKED : CALL_STAYS;
}

struct trace *facts_reduce(struct trace *trace, const struct trace *known, const struct rules *rules)
{
	CLEANUP(policy_freep) struct policy *scratch = xcalloc(1, sizeof(*scratch));
	CLEANUP(map_freep) struct map *varying = NULL;
	CLEANUP(fates_done) struct fates fates = { .rules = rules };

	scratch->trace = trace;
	varying = generalise_parts(scratch);
	fates.varying = varying;
	collect_patterns(&fates, trace);
	collect_names(&fates, known);
	collect_calls(&fates, trace);
	return trace_reduce(trace, &(struct trace_reduction){ .fate = fate_of, .call_fate = call_fate_of, .context = &fates,
							      .known = known });
}

/* --- what stands beside them ------------------------------------------------------- */

static void drop_project(struct string_set *labels)
{
	struct string_set kept = STRING_SET_EMPTY;

	for (size_t i = 0; i < labels->count; i++)
		if (strncmp(labels->items[i], PROJECT_LABEL, strlen(PROJECT_LABEL)) != 0)
			string_set_add(&kept, labels->items[i]);
	string_set_done(labels);
	*labels = kept;
}

void facts_set_project(struct trace *facts, const char *project)
{
	auto_free char *label = xasprintf(PROJECT_LABEL "%s", project);

	for (size_t i = 0; i < map_count(facts->runs); i++) {
		struct trace_run *run = map_value_at(facts->runs, i);

		drop_project(&run->labels);
		string_set_add(&run->labels, label);
	}
}

const char *facts_project(const struct trace *facts)
{
	const char *project = NULL;

	for (size_t i = 0; i < map_count(facts->runs); i++) {
		const struct trace_run *run = map_value_at(facts->runs, i);

		for (size_t j = 0; j < run->labels.count; j++) {
			const char *label = run->labels.items[j];

			if (strncmp(label, PROJECT_LABEL, strlen(PROJECT_LABEL)) != 0)
				continue;
			label += strlen(PROJECT_LABEL);
			if (project && strcmp(project, label) != 0)
				return NULL;
			project = label;
		}
	}
	return project;
}

void facts_set_written(struct trace *facts, const char *file, const void *bytes, size_t length)
{
	uint64_t **slot = (uint64_t **)map_slot(facts->written, file, strlen(file));

	if (!*slot)
		*slot = xcalloc(1, sizeof(**slot));
	**slot = digest_of(bytes, length);
}

bool facts_was_written(const struct trace *facts, const char *file, const void *bytes, size_t length)
{
	const uint64_t *digest = map_get(facts->written, file, strlen(file));

	return digest && *digest == digest_of(bytes, length);
}
