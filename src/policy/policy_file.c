/* SPDX-License-Identifier: Apache-2.0 */
/* Which paths the program may use: one rule for each that it used, or for the pattern that it falls under. */
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/generalise.h"
#include "policy/varying_part.h"
#include "snug/bytes.h"
#include "snug/map.h"
#include "snug/memory.h"

#define COVERS_MAX 8	/* paths of a receipt */

struct builder {
	const struct map *varying;	/* see generalise.h */
	struct map *rules;		/* pattern and kind → struct policy_file * */
};

void policy_file_done(struct policy_file *rule)
{
	for (size_t i = 0; i < rule->piece_count; i++)
		free(rule->pieces[i].bytes);
	free(rule->pieces);
	string_set_done(&rule->by);
	string_set_done(&rule->covers);
}

/* A path that did not exist, and one that was refused, need no rule. Any other failure does: an LSM is asked
 * before rmdir(2) finds a folder full, and a confined program would get EACCES in the place of ENOTEMPTY. */
bool policy_file_is_needed(const struct trace_file *seen)
{
	return seen->outcome == OUTCOME_OK || seen->outcome == OUTCOME_UNKNOWN;
}

struct pieces *pieces_of_path(const struct map *varying, const char *path)
{
	struct pieces *pattern = pieces_new();
	const struct pieces *whole = map_get(varying, path, strlen(path));
	size_t start = 0, end;

	if (whole && whole->whole) {
		pieces_append(pattern, whole);
		return pattern;
	}
	for (;;) {
		const struct pieces *part;

		end = start + strcspn(path + start, "/");
		part = map_get(varying, path, end);
		if (part && !part->whole)
			pieces_append(pattern, part);
		else
			pieces_add_literal(pattern, path + start, end - start);
		if (!path[end])
			return pattern;
		pieces_add_literal(pattern, "/", 1);
		start = end + 1;
	}
}

static bool is_pattern(const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++)
		if (pieces->items[i].kind != PATTERN_LITERAL)
			return true;
	return false;
}

static struct pieces *pieces_of_file(struct builder *b, const struct trace_file *file)
{
	struct pattern pattern = { 0 };
	struct pieces *pieces;

	if (!file->pattern || pattern_read(&pattern, file->path, NULL) < 0)
		return pieces_of_path(b->varying, file->path);
	pieces = pieces_new();
	*pieces = (struct pieces){ pattern.pieces, pattern.count };
	return pieces;
}

static struct policy_file *rule_for(struct builder *b, const struct trace_file *file, enum file_kind kind)
{
	CLEANUP(pieces_freep) struct pieces *pattern = pieces_of_file(b, file);
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct policy_file *rule;
	void **slot;

	if (pattern->count && pattern->items[pattern->count - 1].kind == PATTERN_TREE)
		kind = FILE_KIND_FILE;	/* matches a folder's final slash, too */
	pieces_key(pattern, &key);
	text_putc(&key, '\0');
	text_putc(&key, (char)('a' + kind));
	slot = map_slot(b->rules, key.data, key.length);
	if (*slot)
		return *slot;
	rule = *slot = xcalloc(1, sizeof(*rule));
	rule->kind = kind;
	rule->reason = is_pattern(pattern) ? REASON_GENERALISED : REASON_OBSERVED;
	rule->pieces = steal_ptr(pattern->items);
	rule->piece_count = pattern->count;
	pattern->count = 0;
	rule->by.limit = TRACE_BY_MAX;
	rule->covers.limit = COVERS_MAX;
	return rule;
}

/* Committed facts know the pattern only: a path that it matches answers for all of them. */
static void add_receipt(struct policy_file *rule, const struct trace_file *file)
{
	CLEANUP(text_done) struct text sample = TEXT_EMPTY;

	if (file->pattern)
		pattern_sample(&sample, rule->pieces, rule->piece_count);
	else
		text_puts(&sample, file->path);
	string_set_add(&rule->covers, text_cstr(&sample));
}

static void add_file(struct builder *b, const struct trace_file *file)
{
	for (int kind = 0; kind < FILE_KIND_MAX_; kind++) {
		struct policy_file *rule;

		if (!(file->kinds & KIND_BIT(kind)) && !(kind == FILE_KIND_UNKNOWN && file->kinds == 0))
			continue;
		rule = rule_for(b, file, (enum file_kind)kind);
		rule->access |= file->access;
		string_set_union(&rule->by, file->evidence.by);
		if (rule->reason == REASON_GENERALISED)
			add_receipt(rule, file);
	}
}

/* --- by hand ---------------------------------------------------------------- */

static bool covers_with(const struct pattern *pattern, const struct policy_file *file, const char *suffix)
{
	auto_free struct pattern_piece *pieces = xcalloc(file->piece_count + 1, sizeof(*pieces));

	memcpy(pieces, file->pieces, file->piece_count * sizeof(*pieces));
	pieces[file->piece_count] = (struct pattern_piece){ PATTERN_LITERAL, (char *)suffix };
	return pattern_covers(pattern->pieces, pattern->count, pieces, file->piece_count + 1);
}

/* AppArmor's name of a folder ends in a slash, and so does the pattern that is to stand for it. */
static bool is_covered(const struct rule_line *rule, const struct policy_file *file)
{
	bool plain = file->kind != FILE_KIND_FOLDER, folder = file->kind == FILE_KIND_FOLDER || file->kind == FILE_KIND_UNKNOWN;
	bool root = pattern_is_literal(file->pieces, file->piece_count) && strcmp(file->pieces[0].bytes, "/") == 0;

	return (!plain || covers_with(&rule->pattern, file, "")) && (!folder || covers_with(&rule->pattern, file, root ? "" : "/"));
}

/* Which of the kernel's own files are used decides what the profile's template may forbid: they keep their names. */
static bool is_path_of_kernel(const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0;
}

static bool is_of_kernel(const struct policy_file *file)
{
	return file->pieces[0].kind == PATTERN_LITERAL && is_path_of_kernel(file->pieces[0].bytes);
}

static struct policy_file file_of_rule(const struct rule_line *rule)
{
	struct policy_file file = { .access = rule->access, .reason = REASON_BY_HAND, .rule = rule, .kind = FILE_KIND_FILE,
				    .by.limit = TRACE_BY_MAX, .covers.limit = COVERS_MAX };
	const struct pattern_piece *last = &rule->pattern.pieces[rule->pattern.count - 1];

	for (size_t i = 0; i < rule->pattern.count; i++) {
		struct pattern_piece piece = rule->pattern.pieces[i];

		file.pieces = xrealloc(file.pieces, i + 1, sizeof(*file.pieces));
		piece.bytes = piece.bytes ? xstrdup(piece.bytes) : NULL;
		file.pieces[file.piece_count++] = piece;
	}
	if (rule->class == LINE_UNIX)
		file.kind = FILE_KIND_SOCKET;
	else if (last->kind == PATTERN_LITERAL && last->bytes[strlen(last->bytes) - 1] == '/')
		file.kind = FILE_KIND_FOLDER;
	return file;
}

/* Takes `file`, which is freed. */
static void fold(struct policy_file *into, struct policy_file *file)
{
	CLEANUP(text_done) struct text sample = TEXT_EMPTY;

	into->access |= file->access;
	string_set_union(&into->by, &file->by);
	string_set_union(&into->covers, &file->covers);
	pattern_sample(&sample, file->pieces, file->piece_count);
	string_set_add(&into->covers, text_cstr(&sample));
	policy_file_done(file);
}

/* Adds what the line allows, in the place of the rules that its pattern covers. */
static void allow_files(struct policy *policy, const struct rule_line *rule)
{
	bool literal = pattern_is_literal(rule->pattern.pieces, rule->pattern.count);
	struct policy_file file = file_of_rule(rule);
	size_t kept = 0;

	for (size_t i = 0; i < policy->file_count; i++) {
		struct policy_file *other = &policy->files[i];
		bool covered = is_covered(rule, other);

		if (literal && covered && !(rule->access & ~other->access)) {
			policy_file_done(&file);
			policy_rule_unneeded(policy, rule);
			return;
		}
		if (!literal && covered && !(other->access & ~rule->folds) && !is_of_kernel(other))
			fold(&file, other);
		else
			policy->files[kept++] = *other;
	}
	policy->files = xrealloc(policy->files, kept + 1, sizeof(*policy->files));
	policy->files[kept] = file;
	policy->file_count = kept + 1;
}

/* How many of the forms that the path may have, without and with a final slash, the pattern matches. */
static void count_forms(const struct pattern *pattern, const struct trace_file *seen, size_t *ret_forms, size_t *ret_matched)
{
	bool plain = seen->kinds != KIND_BIT(FILE_KIND_FOLDER), folder = seen->kinds & KIND_BIT(FILE_KIND_FOLDER) || !seen->kinds;
	CLEANUP(text_done) struct text path = TEXT_EMPTY;
	CLEANUP(pattern_done) struct pattern own = { 0 };

	if (seen->pattern && pattern_read(&own, seen->path, NULL) == 0)
		pattern_sample(&path, own.pieces, own.count);
	else
		text_puts(&path, seen->path);
	*ret_forms = (size_t)plain + folder;
	*ret_matched = plain && pattern_match(pattern->pieces, pattern->count, path.data);
	if (path.data[path.length - 1] != '/')
		text_putc(&path, '/');
	*ret_matched += folder && pattern_match(pattern->pieces, pattern->count, path.data);
}

static bool is_forbidden(const struct rule_line *line, const struct trace_file *seen)
{
	size_t forms, matched;

	if (!policy_file_is_needed(seen) || !(seen->access & line->access))
		return false;
	count_forms(&line->pattern, seen, &forms, &matched);
	return matched > 0;
}

bool policy_line_covers(const struct rule_line *line, const struct trace_file *file)
{
	size_t forms, matched;

	if (line->never || !line->pattern.count || pattern_is_literal(line->pattern.pieces, line->pattern.count) ||
	    file->access & ~line->folds || is_path_of_kernel(file->path))
		return false;
	count_forms(&line->pattern, file, &forms, &matched);
	return matched == forms;
}

static int check_never(const struct policy *policy, const struct rule_line *rule, struct error *err)
{
	for (size_t i = 0; i < map_count(policy->trace->files); i++) {
		const struct trace_file *seen = map_value_at(policy->trace->files, i);
		CLEANUP(text_done) struct text path = TEXT_EMPTY;

		if (!is_forbidden(rule, seen))
			continue;
		bytes_escape(&path, seen->path, strlen(seen->path));
		return policy_forbidden(rule, text_cstr(&path), seen->evidence.by, err);
	}
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct policy_file *x = a, *y = b;
	CLEANUP(text_done) struct text one = TEXT_EMPTY, other = TEXT_EMPTY;
	int order;

	pieces_key(&(struct pieces){ x->pieces, x->piece_count }, &one);
	pieces_key(&(struct pieces){ y->pieces, y->piece_count }, &other);
	order = memcmp(text_cstr(&one), text_cstr(&other), (one.length < other.length ? one.length : other.length) + 1);
	return order ? order : (int)x->kind - (int)y->kind;
}

static int apply_rules(struct policy *policy, struct error *err)
{
	const struct rules *rules = policy->rules;
	int code = 0;

	for (size_t i = 0; code == 0 && rules && i < rules->count; i++) {
		const struct rule_line *rule = &rules->items[i];

		if (!rule->pattern.count)
			continue;
		if (!rule->never)
			allow_files(policy, rule);
		else if (rule->class != LINE_UNIX)
			code = check_never(policy, rule, err);
	}
	if (policy->file_count && rules && rules->count)
		qsort(policy->files, policy->file_count, sizeof(*policy->files), compare_files);
	return code;
}

int policy_add_files(struct policy *policy, struct error *err)
{
	CLEANUP(map_freep) struct map *varying = generalise_parts(policy);
	CLEANUP(map_freep) struct map *rules = map_new(free);
	struct builder builder = { varying, rules };
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->files); i++)
		if (policy_file_is_needed(map_value_at(trace->files, i)))
			add_file(&builder, map_value_at(trace->files, i));
	policy->file_count = map_count(rules);
	policy->files = xcalloc(policy->file_count ?: 1, sizeof(*policy->files));
	for (size_t i = 0; i < policy->file_count; i++)
		policy->files[i] = *(struct policy_file *)map_value_at(rules, i);
	return apply_rules(policy, err);
}
