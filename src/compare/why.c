/* SPDX-License-Identifier: Apache-2.0 */
/* The reasons of rules, in sentences. */
#include "snug/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "snug/apparmor_template.h"
#include "snug/baseline.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/fallback.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/ruling.h"

#define NAMES_MAX 8	/* named in a sentence */
#define RUNS_MAX 4	/* with a line each */

static void add_line(struct explanation *item, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(struct explanation *item, const char *format, ...)
{
	CLEANUP(text_done) struct text printable = TEXT_EMPTY;
	auto_free char *line = NULL;
	va_list args;

	va_start(args, format);
	line = xvasprintf(format, args);
	va_end(args);
	bytes_printable(&printable, line, strlen(line));
	item->lines = xrealloc(item->lines, item->line_count + 1, sizeof(*item->lines));
	item->lines[item->line_count++] = text_steal(&printable);
}

/* "a, b and 3 more". Owned by the caller. */
static char *joined(const struct string_set *names)
{
	struct text out = TEXT_EMPTY;

	for (size_t i = 0; i < names->count && i < NAMES_MAX; i++)
		text_printf(&out, "%s%s", i ? ", " : "", names->items[i]);
	if (names->count > NAMES_MAX)
		text_printf(&out, " and %zu more", names->count - NAMES_MAX);
	else if (names->more)
		text_puts(&out, " and more");
	return text_steal(&out);
}

/* --- what the recording holds of a rule ------------------------------------------------------------- */

struct witness {
	struct string_set by, runs;
};

static void witness_add(struct witness *witness, const struct evidence *evidence)
{
	string_set_union(&witness->by, evidence->by);
	string_set_union(&witness->runs, evidence->runs);
}

static void witness_done(struct witness *witness)
{
	string_set_done(&witness->by);
	string_set_done(&witness->runs);
}

static bool is_call(const struct rule *rule)
{
	return rule->class == RULE_SYSCALL || rule->class == RULE_ARGUMENT || rule->class == RULE_REFUSAL;
}

/* The name of the call that a rule is about. Owned by the caller. */
static char *call_name(const struct rule *rule)
{
	return xmemdup(rule->subject, strcspn(rule->subject, " "));
}

static void witness_calls(struct witness *witness, struct trace *trace, const char *name, enum phase phase)
{
	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *seen = map_value_at(trace->syscalls, i);

		if (seen->phase == phase && strcmp(seen->name, name) == 0)
			witness_add(witness, &seen->evidence);
	}
}

static void witness_files(struct witness *witness, struct trace *trace, const struct policy_file *file)
{
	for (size_t i = 0; i < map_count(trace->files); i++) {
		const struct trace_file *seen = map_value_at(trace->files, i);

		if (seen->outcome != OUTCOME_ABSENT && seen->outcome != OUTCOME_REFUSED &&
		    pattern_match(file->pieces, file->piece_count, seen->path))
			witness_add(witness, &seen->evidence);
	}
}

static void witness_capability(struct witness *witness, struct trace *trace, int number)
{
	for (size_t i = 0; i < map_count(trace->capabilities); i++) {
		const struct trace_capability *seen = map_value_at(trace->capabilities, i);

		if (seen->number == number && seen->granted)
			witness_add(witness, &seen->evidence);
	}
}

static void witness_rule(struct witness *witness, const struct policy *policy, const struct rule *rule)
{
	auto_free char *name = call_name(rule);
	int number;

	if (is_call(rule))
		witness_calls(witness, policy->trace, name, PHASE_PROGRAM);
	else if (rule->file)
		witness_files(witness, policy->trace, rule->file);
	else if (rule->class == RULE_CAPABILITY && value_of(NAME_CAPABILITY, rule->subject, &number))
		witness_capability(witness, policy->trace, number);
	string_set_union(&witness->runs, &rule->runs);
	if (rule->reason == REASON_OBSERVED || rule->reason == REASON_GENERALISED)
		string_set_union(&witness->by, &rule->by);
}

/* --- reasons ------------------------------------------------------------------------------------------ */

static const struct trace_run *run_of(struct trace *trace, const char *id)
{
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (strcmp(run->id, id) == 0)
			return run;
	}
	return NULL;
}

static void explain_runs(struct explanation *item, const struct policy *policy, const struct string_set *ids)
{
	for (size_t i = 0; i < ids->count && i < RUNS_MAX; i++) {
		const struct trace_run *run = run_of(policy->trace, ids->items[i]);
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		text_printf(&line, "in run %s", ids->items[i]);
		if (run && run->name)
			text_printf(&line, ", container %s", run->name);
		if (run && run->image)
			text_printf(&line, ", image %s", run->image);
		if (run && run->command.length)
			text_puts(&line, ": ");
		for (size_t at = 0; run && at < run->command.length; at += strlen(run->command.data + at) + 1)
			text_printf(&line, "%s%s", at ? " " : "", run->command.data + at);
		add_line(item, "%s", text_cstr(&line));
	}
	if (ids->count > RUNS_MAX)
		add_line(item, "and in %zu more runs", ids->count - RUNS_MAX);
}

static void explain_observed(struct explanation *item, const struct policy *policy, const struct rule *rule)
{
	CLEANUP(witness_done) struct witness witness = { 0 };
	auto_free char *by = NULL;

	witness_rule(&witness, policy, rule);
	if (!witness.by.count && !witness.runs.count)
		return;
	by = joined(&witness.by);
	add_line(item, "observed: %s%s", *by ? "by " : "the recording does not say by whom", by);
	explain_runs(item, policy, &witness.runs);
}

static void explain_pattern(struct explanation *item, const struct rule *rule)
{
	auto_free char *covers = NULL;

	if (!rule->file || rule->reason != REASON_GENERALISED)
		return;
	covers = joined(&rule->file->covers);
	add_line(item, "generalised: names differ from run to run; it stands for %s", covers);
}

static const struct policy_capability *capability_of(const struct policy *policy, const char *subject)
{
	char name[NAME_LENGTH];

	for (size_t i = 0; i < policy->capability_count; i++)
		if (strcmp(name_of(NAME_CAPABILITY, policy->capabilities[i].number, name), subject) == 0)
			return &policy->capabilities[i];
	return NULL;
}

static void explain_capability(struct explanation *item, const struct policy *policy, const struct rule *rule)
{
	const struct policy_capability *capability =
		rule->class == RULE_CAPABILITY ? capability_of(policy, rule->subject) : NULL;
	auto_free char *calls = NULL, *reasons = NULL;

	if (!capability || capability->reason == REASON_BY_HAND)
		return;
	calls = joined(&capability->syscalls);
	reasons = joined(&capability->why);
	add_line(item, "%s: %s%s%s%s", capability->inferred ? "inferred from arguments and credentials, the kernel's check was not seen"
		 : "the kernel's check was seen", *calls ? "for " : "", calls, *reasons ? ": " : "", reasons);
}

static void explain_argument(struct explanation *item, const struct rule *rule)
{
	auto_free char *name = call_name(rule);
	const struct ruling *ruling = ruling_of(name);

	if (rule->class == RULE_ARGUMENT && ruling)
		add_line(item, "ruled on: the value decides %s (%s)", ruling->why, ruling->source);
}

static void explain_runtime(struct explanation *item, const struct policy *policy, const struct rule *rule)
{
	CLEANUP(string_set_done) struct string_set runtimes = STRING_SET_EMPTY;
	CLEANUP(witness_done) struct witness witness = { 0 };
	auto_free char *name = call_name(rule), *measured = NULL;
	const struct baseline *row;

	if (!is_call(rule))
		return;
	for (size_t i = 0; (row = baseline_at(i)) != NULL; i++) {
		auto_free char *label = xasprintf("%s %s", row->runtime, row->version);

		if (strcmp(row->call, name) == 0 && strcmp(row->start, "listen") != 0)
			string_set_add(&runtimes, strcmp(row->version, "*") == 0 ? row->runtime : label);
	}
	measured = joined(&runtimes);
	if (runtimes.count)
		add_line(item, "runtime: called between loading the filter and starting the program by %s", measured);
	witness_calls(&witness, policy->trace, name, PHASE_RUNTIME);
	if (witness.runs.count)
		add_line(item, "runtime: the recording shows it before the program's start");
}

static bool allows_call(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->syscall_count; i++)
		if (strcmp(policy->syscalls[i].name, name) == 0)
			return true;
	return strcmp(name, "*") == 0;
}

static bool was_called(const struct policy *policy, const char *name)
{
	CLEANUP(witness_done) struct witness witness = { 0 };

	witness_calls(&witness, policy->trace, name, PHASE_PROGRAM);
	return witness.runs.count > 0;
}

/* A call that is answered with ENOSYS has no rule, and its stand-in is there for it all the same. */
static void explain_equivalent(struct explanation *item, const struct policy *policy, const struct rule *rule)
{
	auto_free char *name = call_name(rule);
	const struct fallback *row;

	if (!is_call(rule) || rule->class == RULE_REFUSAL)
		return;
	for (size_t i = 0; (row = fallback_at(i)) != NULL; i++) {
		if (strcmp(row->instead, name) != 0 || !(allows_call(policy, row->call) || was_called(policy, row->call)))
			continue;
		if (fallback_replaces(row))
			add_line(item, "equivalent: does the work of %s where that is refused or missing (%s)", row->call,
				 row->source);
		else
			add_line(item, "equivalent: any program may come to it%s%s (%s)",
				 strcmp(row->call, "*") == 0 ? "" : " after ",
				 strcmp(row->call, "*") == 0 ? "" : row->call, row->source);
	}
}

static void explain_by_hand(struct explanation *item, const struct rule *rule)
{
	if (rule->reason != REASON_BY_HAND)
		return;
	if (rule->line)
		add_line(item, "by hand: line %zu of rules: %s  # %s", rule->line->line, rule->line->fact, rule->line->reason);
	else
		add_line(item, "by hand: a line of rules");
}

static struct explanation *add_explanation(struct why_answer *answer, char *words)
{
	answer->items = xrealloc(answer->items, answer->count + 1, sizeof(*answer->items));
	answer->items[answer->count] = (struct explanation){ .words = words };
	return &answer->items[answer->count++];
}

/* A line of AppArmor's that every profile holds. */
static void explain_template(struct why_answer *answer, const char *text)
{
	size_t blanks = strspn(text, " \t"), length = strlen(text + blanks);
	auto_free char *line = xmemdup(text + blanks, length);
	CLEANUP(text_done) struct text rule = TEXT_EMPTY, why = TEXT_EMPTY;
	struct explanation *item;

	while (length && strchr(" \t\r\n", line[length - 1]))
		line[--length] = '\0';
	if (!apparmor_template_find(line, &rule, &why))
		return;
	item = add_explanation(answer, text_steal(&rule));
	add_line(item, "from the template of every AppArmor profile: %s", text_cstr(&why));
	if (strncmp(item->words, "deny ", strlen("deny ")) == 0)
		add_line(item, "a profile whose recording needs what this forbids leaves it out, and says so in its place");
}

static void explain(struct why_answer *answer, const struct policy *policy, const struct rule *rule)
{
	CLEANUP(text_done) struct text words = TEXT_EMPTY;
	struct explanation *item;
	const struct risk *risk = rule_risk(rule);

	rule_words(&words, rule);
	item = add_explanation(answer, text_steal(&words));
	explain_by_hand(item, rule);
	explain_observed(item, policy, rule);
	explain_pattern(item, rule);
	explain_capability(item, policy, rule);
	explain_argument(item, rule);
	explain_runtime(item, policy, rule);
	explain_equivalent(item, policy, rule);
	if (risk)
		add_line(item, "risk: %s, it lets the program %s (%s)", risk_level_name(risk->level), risk->words, risk->source);
}

/* --- where there is no rule --------------------------------------------------------------------------- */

static void add_instead(struct why_answer *answer, const struct evidence *evidence, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_instead(struct why_answer *answer, const struct evidence *evidence, const char *format, ...)
{
	CLEANUP(text_done) struct text raw = TEXT_EMPTY, printable = TEXT_EMPTY;
	auto_free char *by = joined(evidence->by);
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	text_printf(&raw, "%s%s%s", what, *by ? ", tried by " : "", by);
	bytes_printable(&printable, text_cstr(&raw), raw.length);
	string_set_add(&answer->instead, text_cstr(&printable));
}

static void look_at_calls(struct why_answer *answer, struct trace *trace, const char *subject)
{
	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *seen = map_value_at(trace->syscalls, i);
		auto_free char *errnos = joined(&seen->errnos);

		if (strcmp(seen->name, subject) != 0)
			continue;
		if (!seen->ok)
			add_instead(answer, &seen->evidence, "'%s' only failed with %s", seen->name, errnos);
	}
}

/* A profile says ENOSYS to a call that it does not allow, and a libc that is told so tries an older one. */
static void look_at_fallbacks(struct why_answer *answer, const struct policy *policy, const char *subject)
{
	const struct fallback *row;

	for (size_t i = 0; (row = fallback_at(i)) != NULL; i++) {
		auto_free char *line = NULL;

		if (strcmp(row->call, subject) != 0 || !fallback_replaces(row))
			continue;
		line = xasprintf("'%s' is answered with ENOSYS, and %s, which is %s, does its work (%s)", row->call,
				 row->instead, allows_call(policy, row->instead) ? "allowed" : "not needed here", row->source);
		string_set_add(&answer->instead, line);
	}
}

static void look_at_files(struct why_answer *answer, struct trace *trace, const char *subject)
{
	for (size_t i = 0; i < map_count(trace->files); i++) {
		const struct trace_file *seen = map_value_at(trace->files, i);

		if (strcmp(seen->path, subject) != 0)
			continue;
		if (seen->outcome == OUTCOME_ABSENT)
			add_instead(answer, &seen->evidence, "'%.160s' was not there", seen->path);
		else if (seen->outcome == OUTCOME_REFUSED)
			add_instead(answer, &seen->evidence, "'%.160s' was refused", seen->path);
		else
			add_instead(answer, &seen->evidence, "'%.160s' was only looked at, which asks for no permission",
				    seen->path);
	}
}

static void look_at_capabilities(struct why_answer *answer, struct trace *trace, const char *subject)
{
	const char *name = strncasecmp(subject, "CAP_", 4) == 0 ? subject + 4 : subject;

	for (size_t i = 0; i < map_count(trace->capabilities); i++) {
		const struct trace_capability *seen = map_value_at(trace->capabilities, i);
		char word[NAME_LENGTH];

		if (strcasecmp(name_of(NAME_CAPABILITY, seen->number, word), name) != 0)
			continue;
		add_instead(answer, &seen->evidence, seen->granted ? "capability %s made no difference"
			    : "capability %s was asked for and not there", word);
	}
}

/* The question may be a folder of which only what lies in it is used. */
static void look_below(struct why_answer *answer, const struct rule_list *rules, const char *subject)
{
	size_t length = strlen(subject);

	for (size_t i = 0; i < rules->count && subject[0] == '/'; i++) {
		const struct rule *rule = &rules->items[i];
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		if (!rule->file || strncmp(rule->subject, subject, length) != 0 || rule->subject[length] != '/')
			continue;
		text_puts(&line, "below it: ");
		rule_words(&line, rule);
		string_set_add(&answer->instead, text_cstr(&line));
	}
}

void why_answer(struct why_answer *ret, const struct policy *policy, const char *text)
{
	CLEANUP(question_done) struct question question = { 0 };
	CLEANUP(rule_list_done) struct rule_list rules = { 0 };

	*ret = (struct why_answer){ 0 };
	question_read(&question, text);
	rule_list_from_policy(&rules, policy);
	for (size_t i = 0; i < rules.count; i++)
		if (question_fits(&question, &rules.items[i]))
			explain(ret, policy, &rules.items[i]);
	explain_template(ret, text);
	for (size_t i = 0; i < question.subjects.count && !ret->count; i++) {
		look_at_calls(ret, policy->trace, question.subjects.items[i]);
		look_at_fallbacks(ret, policy, question.subjects.items[i]);
		look_at_files(ret, policy->trace, question.subjects.items[i]);
		look_at_capabilities(ret, policy->trace, question.subjects.items[i]);
		look_below(ret, &rules, question.subjects.items[i]);
	}
}

void why_answer_done(struct why_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		for (size_t j = 0; j < answer->items[i].line_count; j++)
			free(answer->items[i].lines[j]);
		free(answer->items[i].lines);
		free(answer->items[i].words);
	}
	free(answer->items);
	string_set_done(&answer->instead);
	*answer = (struct why_answer){ 0 };
}
