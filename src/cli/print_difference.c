/* SPDX-License-Identifier: Apache-2.0 */
/* Differences as text, Markdown and JSON. */
#include "cli/print_difference.h"

#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/json.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/words.h"

#define INDENT 7	/* columns of the risk before the words: "medium " */
#define FOLD_LEAST 4	/* paths of one folder that become one line */
#define BY_MAX 3	/* programs named on a line */

static const char *const form_names[] = {
	[DIFFERENCE_TEXT] = "text", [DIFFERENCE_MARKDOWN] = "markdown", [DIFFERENCE_JSON] = "json",
};

int difference_form_by_name(enum difference_form *ret, const char *name, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(form_names); i++) {
		if (strcmp(name ? name : form_names[0], form_names[i]) == 0) {
			*ret = (enum difference_form)i;
			return 0;
		}
	}
	return error_set(err, -EINVAL, "unknown form '%s' of --format (hint: text, markdown or json)", name);
}

/* Who: programs; the runtimes, or the calls that it stands in for, where that is the reason. */
static void add_witnesses(struct text *out, const struct rule *rule)
{
	static const char *const before[] = {
		[REASON_OBSERVED] = ", by ",	[REASON_RUNTIME] = ", for the container runtime ",
		[REASON_EQUIVALENT] = ", comes with ",
		[REASON_GENERALISED] = ", by ", [REASON_BY_HAND] = "",
	};

	for (size_t i = 0; i < rule->by.count && i < BY_MAX && rule->reason != REASON_BY_HAND; i++) {
		text_puts(out, i ? ", " : before[rule->reason]);
		if (strcmp(rule->by.items[i], "*") == 0)
			text_puts(out, "any call");
		else
			bytes_printable(out, rule->by.items[i], strlen(rule->by.items[i]));
	}
	if (rule->reason == REASON_BY_HAND)
		text_puts(out, ", by hand");
	else if (rule->by.count > BY_MAX)
		text_printf(out, " and %zu more", rule->by.count - BY_MAX);
	else if (rule->by.more)
		text_puts(out, " and more");
}

/* What stands before each line of a list of permissions, which has nothing to compare, and of a difference. */
struct signs {
	const char *added, *removed;
};

static const struct signs no_signs = { "", "" }, diff_signs = { "+ ", "- " };

static void print_line(const struct signs *signs, const struct change *change, const struct rule *rule, FILE *out)
{
	CLEANUP(text_done) struct text line = TEXT_EMPTY;
	const struct risk *risk = rule_risk(&change->rule);

	rule_words(&line, rule);
	if (risk && change->risk > RISK_LOW)
		text_printf(&line, " (%s)", risk->words);
	add_witnesses(&line, rule);
	fprintf(out, "%s%-6s ", change->added ? signs->added : signs->removed, risk_level_name(change->risk));
	print_wrapped(out, INDENT + strlen(signs->added), INDENT + strlen(signs->added), text_cstr(&line));
}

/* --- folding: what is said in the same words of paths of one folder, or of calls, is one line -------- */

struct fold {
	const struct change *first;
	size_t count;
	struct text names;	/* of calls; paths are only counted */
};

static void fold_free(void *value)
{
	struct fold *fold = value;

	text_done(&fold->names);
	free(fold);
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? (size_t)(slash - path) : 1;
}

/* The changes that are told in one line have one key. */
static void fold_key(const struct change *change, struct text *key)
{
	const struct rule *rule = &change->rule;

	text_printf(key, "%d %d %x %d ", change->added, rule->class, rule->access, rule->reason);
	if (rule->class == RULE_FILE)
		text_add(key, rule->subject, folder_length(rule->subject));
	for (size_t i = 0; i < rule->by.count; i++)
		text_printf(key, "\n%s", rule->by.items[i]);
}

static struct fold *fold_of(struct map *folds, const struct change *change)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct fold **slot;

	if ((change->rule.class != RULE_FILE && change->rule.class != RULE_SYSCALL) || change->risk > RISK_LOW)
		return NULL;
	fold_key(change, &key);
	slot = (struct fold **)map_slot(folds, key.data, key.length);
	if (!*slot) {
		*slot = xcalloc(1, sizeof(**slot));
		(*slot)->first = change;
	}
	return *slot;
}

static void print_fold(const struct signs *signs, const struct fold *fold, FILE *out)
{
	struct rule rule = fold->first->rule;
	auto_free char *subject = rule.class == RULE_SYSCALL ? xstrdup(text_cstr(&fold->names))
		: xasprintf("%zu paths in %.*s", fold->count, (int)folder_length(rule.subject), rule.subject);

	rule.subject = subject;
	print_line(signs, fold->first, &rule, out);
}

static void print_lines(const struct signs *signs, const struct difference *difference, FILE *out)
{
	CLEANUP(map_freep) struct map *folds = map_new(fold_free);

	for (size_t i = 0; i < difference->count; i++) {
		struct fold *fold = fold_of(folds, &difference->changes[i]);

		if (fold)
			text_printf(&fold->names, "%s%s", fold->count++ ? ", " : "", difference->changes[i].rule.subject);
	}
	for (size_t i = 0; i < difference->count; i++) {
		const struct change *change = &difference->changes[i];
		const struct fold *fold = fold_of(folds, change);

		if (!fold || (fold->count < FOLD_LEAST && change->rule.class == RULE_FILE))
			print_line(signs, change, &change->rule, out);
		else if (fold->first == change)
			print_fold(signs, fold, out);
	}
}

/* --- forms ------------------------------------------------------------------------------------------- */

static size_t count_added(const struct difference *difference)
{
	size_t added = 0;

	while (added < difference->count && difference->changes[added].added)
		added++;
	return added;
}

/* No line can end the fence: each begins with a sign or blanks, and holds no line end. */
static void print_markdown(const struct difference *difference, const char *title, FILE *out)
{
	CLEANUP(text_done) struct text heading = TEXT_EMPTY;
	size_t added = count_added(difference);

	bytes_printable(&heading, title, strlen(title));
	fprintf(out, "### %s: %zu added, %zu removed\n", text_cstr(&heading), added, difference->count - added);
	if (!difference->count)
		return;
	fputs("\n```diff\n", out);
	print_lines(&diff_signs, difference, out);
	fputs("```\n", out);
}

static json_t *names_of_bits(uint32_t bits, const struct words *words)
{
	json_t *names = json_new_array();

	for (uint32_t bit = 1; bit < words->end; bit <<= 1)
		if (bits & bit)
			json_append(names, json_from_bytes(words->name(bit)));
	return names;
}

static json_t *change_to_json(const struct change *change)
{
	const struct rule *rule = &change->rule;
	bool is_socket = rule->class == RULE_NETWORK || rule->class == RULE_UNIX;
	CLEANUP(text_done) struct text words = TEXT_EMPTY;
	json_t *object = json_new_object(), *by = json_new_array();

	rule_words(&words, rule);
	for (size_t i = 0; i < rule->by.count; i++)
		json_append(by, json_from_bytes(rule->by.items[i]));
	json_set_key(object, "by", by);
	json_set_key(object, "change", json_from_bytes(change->added ? "added" : "removed"));
	json_set_key(object, "class", json_from_bytes(rule_class_name(rule->class)));
	json_set_key(object, "reason", json_from_bytes(reason_name(rule->reason)));
	json_set_key(object, "risk", json_from_bytes(risk_level_name(change->risk)));
	json_set_key(object, "subject", json_string(rule->subject));	/* printable already, and so are the words */
	json_set_key(object, "words", json_string(text_cstr(&words)));
	if (rule->access)
		json_set_key(object, "access", names_of_bits(rule->access, is_socket ? &socket_act_words : &access_words));
	return object;
}

static void print_json(const struct difference *difference, FILE *out)
{
	fputs("[", out);
	for (size_t i = 0; i < difference->count; i++) {
		auto_json json_t *object = change_to_json(&difference->changes[i]);

		fputs(i ? ",\n" : "\n", out);
		json_dumpf(object, out, JSON_SORT_KEYS | JSON_COMPACT);
	}
	fputs("\n]\n", out);
}

void print_difference(const struct difference *difference, enum difference_form form, const char *title, FILE *out)
{
	if (form == DIFFERENCE_JSON)
		print_json(difference, out);
	else if (form == DIFFERENCE_MARKDOWN)
		print_markdown(difference, title, out);
	else
		print_lines(&diff_signs, difference, out);
}

void print_permissions(const struct difference *all, FILE *out)
{
	print_lines(&no_signs, all, out);
}
