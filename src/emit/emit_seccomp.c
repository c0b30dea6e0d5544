/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp.json: the common subset of Docker's format and the OCI runtime-spec.
 *
 * Only keys that every engine reads: containerd drops archMap, includes, excludes and minKernel silently, so
 * that a conditional rule would become an unconditional one. What no rule names is answered with ENOSYS, since a libc
 * then falls back to an older call; said explicitly, since runc and crun differ in what they do unasked.
 * One rule for each value of an argument, each with one condition: runc reads several on one argument as alternatives,
 * libseccomp does not take them. A profile that complains refuses nothing: what no rule allows is logged (Linux 4.14).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emit/emitters.h"
#include "snug/cleanup.h"
#include "snug/fallback.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/ruling.h"

static void emit_list(struct text *out, const char *key, const struct string_set *items)
{
	text_printf(out, "\"%s\": [", key);
	for (size_t i = 0; i < items->count; i++)
		text_printf(out, "%s\n\t\t\t\t\"%s\"", i ? "," : "", items->items[i]);
	text_puts(out, "\n\t\t\t]");
}

static void emit_architectures(const struct policy *policy, struct text *out)
{
	text_puts(out, "\t\"architectures\": [");
	for (size_t i = 0; i < policy->abi_count; i++)
		text_printf(out, "%s\n\t\t\"%s\"", i ? "," : "", policy->abis[i]->scmp_name);
	text_puts(out, "\n\t],\n");
}

/* One member of "syscalls", up to its arguments. `comment` and `names` hold nothing that JSON would escape. */
static void begin_group(struct text *out, bool *first, const char *comment, const struct string_set *names, int answer)
{
	text_printf(out, "%s\n\t\t{\n\t\t\t\"comment\": \"%s\",\n\t\t\t", *first ? "" : ",", comment);
	emit_list(out, "names", names);
	text_printf(out, ",\n\t\t\t\"action\": \"%s\"", answer ? "SCMP_ACT_ERRNO" : "SCMP_ACT_ALLOW");
	if (answer)
		text_printf(out, ",\n\t\t\t\"errnoRet\": %d", answer);
	*first = false;
}

static void end_group(struct text *out)
{
	text_puts(out, "\n\t\t}");
}

static void join(struct text *out, const struct string_set *words)
{
	for (size_t i = 0; i < words->count; i++)
		text_printf(out, "%s%s", i ? ", " : "", words->items[i]);
}

/* Why the group is there; `by` is what its rules have in `by`, taken together. */
static void explain_group(struct text *out, const struct policy_syscall *rule, const struct string_set *by)
{
	text_printf(out, "%s: ", reason_name(rule->reason));
	if (rule->answer) {
		text_puts(out, "refused in the recording: the same answer");
	} else if (rule->reason == REASON_RUNTIME) {
		join(out, by);
		text_puts(out, ", between loading this filter and starting the program");
	} else if (rule->reason == REASON_ASSUMED) {
		text_puts(out, "the recorder is not told of them, and the programs may call them");
	} else if (rule->reason == REASON_EQUIVALENT) {
		text_puts(out, "in place of the vDSO or a kill");
		text_puts(out, by->count ? "; in place of or after " : "");
		join(out, by);
	} else if (rule->reason == REASON_BY_HAND) {
		text_puts(out, "a person's line in rules");
	} else {
		text_puts(out, "the recorded programs need it");
	}
}

/* "runc" of "runc 1.1.5", so that the comment changes only with what it speaks of; not the "*" of any call. */
static void add_word(struct string_set *words, const char *by)
{
	auto_free char *word = xstrdup(by);

	word[strcspn(word, " ")] = '\0';
	if (strcmp(word, "*") != 0)
		string_set_add(words, word);
}

/* Rules `from` to `to` share answer and reason: their unconditional ones make one group. */
static void emit_plain_group(const struct policy_syscall *from, const struct policy_syscall *to, struct text *out,
			     bool *first)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY, by = STRING_SET_EMPTY;
	CLEANUP(text_done) struct text comment = TEXT_EMPTY;

	for (const struct policy_syscall *rule = from; rule < to; rule++) {
		if (rule->condition.count)
			continue;
		string_set_add(&names, rule->name);
		for (size_t i = 0; i < rule->by.count; i++)
			add_word(&by, rule->by.items[i]);
	}
	if (!names.count)
		return;
	explain_group(&comment, from, &by);
	begin_group(out, first, text_cstr(&comment), &names, from->answer);
	end_group(out);
}

static void explain_value(struct text *out, const struct policy_syscall *rule, uint64_t value)
{
	const struct ruling *ruling = ruling_of(rule->name);
	char name[NAME_LENGTH];

	text_printf(out, "%s: %s", reason_name(rule->reason), rule->condition.argument);
	if (ruling && ruling->mask)
		text_printf(out, " & 0x%" PRIx64, ruling->mask);
	if (ruling && ruling->names >= 0 && value <= INT32_MAX)
		text_printf(out, " is %s", name_of((enum name_kind)ruling->names, (int)value, name));
	else
		text_printf(out, " is 0x%" PRIx64, value);
	if (ruling)
		text_printf(out, "; it decides %s", ruling->why);
}

static void emit_conditional_groups(const struct policy_syscall *rule, struct text *out, bool *first)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;

	string_set_add(&names, rule->name);
	for (size_t i = 0; i < rule->condition.count; i++) {
		CLEANUP(text_done) struct text comment = TEXT_EMPTY;

		explain_value(&comment, rule, rule->condition.values[i]);
		begin_group(out, first, text_cstr(&comment), &names, rule->answer);
		text_printf(out, ",\n\t\t\t\"args\": [\n\t\t\t\t{ \"index\": %u, \"value\": %" PRIu64
			    ", \"valueTwo\": %" PRIu64 ", \"op\": \"SCMP_CMP_MASKED_EQ\" }\n\t\t\t]",
			    rule->condition.index, rule->condition.mask, rule->condition.values[i]);
		end_group(out);
	}
}

static bool is_ruled_on(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->syscall_count; i++)
		if (strcmp(policy->syscalls[i].name, name) == 0)
			return true;
	return false;
}

static bool is_call_of_any(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->abi_count; i++)
		if (syscall_number(policy->abis[i], name) >= 0)
			return true;
	return false;
}

/*
 * The default answer once more, by name, for the calls in whose place a libc tries others: Docker 20.10 drops
 * defaultErrnoRet, and on its EPERM nobody tries others. Without clone3 there would be no threads.
 */
static void emit_refused_group(const struct policy *policy, struct text *out, bool *first)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	const struct fallback *row;

	for (size_t i = 0; (row = fallback_at(i)) != NULL; i++)
		if (fallback_replaces(row) && is_call_of_any(policy, row->call) && !is_ruled_on(policy, row->call))
			string_set_add(&names, row->call);
	if (!names.count)
		return;
	begin_group(out, first, "refused so that a libc tries an older call; engines that know no defaultErrnoRet need it said",
		    &names, ENOSYS);
	end_group(out);
}

static int emit_seccomp(const struct policy *policy, const struct emit_options *options, struct text *out,
			struct error *err)
{
	const struct policy_syscall *rule = policy->syscalls;
	const struct policy_syscall *end = rule ? rule + policy->syscall_count : NULL;	/* C17 6.5.6: not NULL + 0 */
	bool first = true;

	(void)err;
	if (options->complain)
		text_puts(out, "{\n\t\"defaultAction\": \"SCMP_ACT_LOG\",\n");
	else
		text_printf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": %d,\n", ENOSYS);
	emit_architectures(policy, out);
	text_puts(out, "\t\"syscalls\": [");
	while (rule < end) {
		const struct policy_syscall *from = rule;

		while (rule < end && rule->answer == from->answer && rule->reason == from->reason)
			rule++;
		if (options->complain && from->answer)
			continue;
		emit_plain_group(from, rule, out, &first);
		for (; from < rule; from++)
			emit_conditional_groups(from, out, &first);
	}
	if (!options->complain)
		emit_refused_group(policy, out, &first);
	text_puts(out, "\n\t]\n}\n");
	return 0;
}

const struct emitter emitter_seccomp = {
	.name = "seccomp",
	.file_name = "seccomp.json",
	.summary = "the seccomp profile, for every OCI engine",
	.emit = emit_seccomp,
};
