/* SPDX-License-Identifier: Apache-2.0 */
/* snug why: the reasons of a rule. */
#include <string.h>

#include "cli/command.h"
#include "cli/loaded_policy.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/why.h"

#define INDENT 2		/* columns before a reason */
#define HANGING 4		/* columns before what does not fit its first line */
#define EXPLAINED_MAX 12	/* rules that are told; a folder's name may fit hundreds */

static const struct command_option why_options[] = {
	{ NULL, 0, NULL, NULL },
};

static void print_explanation(const struct explanation *item)
{
	print_wrapped(stdout, 0, HANGING, item->words);
	for (size_t i = 0; i < item->line_count; i++) {
		printf("%*s", INDENT, "");
		print_wrapped(stdout, INDENT, HANGING, item->lines[i]);
	}
}

static int print_answer(const struct why_answer *answer, const char *question)
{
	CLEANUP(text_done) struct text printable = TEXT_EMPTY;

	for (size_t i = 0; i < answer->count && i < EXPLAINED_MAX; i++) {
		if (i)
			putchar('\n');
		print_explanation(&answer->items[i]);
	}
	if (answer->count > EXPLAINED_MAX)
		printf("\n... and %zu more rules fit; ask for one of them\n", answer->count - EXPLAINED_MAX);
	if (answer->count)
		return STATUS_FINE;
	bytes_printable(&printable, question, strlen(question));
	printf("no rule allows '%s'\n", text_cstr(&printable));
	for (size_t i = 0; i < answer->instead.count && i < EXPLAINED_MAX; i++) {
		printf("%*s", INDENT, "");
		print_wrapped(stdout, INDENT, HANGING, answer->instead.items[i]);
	}
	if (answer->instead.count > EXPLAINED_MAX)
		printf("%*s... and %zu more\n", INDENT, "", answer->instead.count - EXPLAINED_MAX);
	return STATUS_NO;
}

static int run_why(struct invocation *invocation)
{
	CLEANUP(loaded_policy_done) struct loaded_policy loaded = { 0 };
	CLEANUP(why_answer_done) struct why_answer answer = { 0 };
	struct error err = ERROR_NONE;

	if (invocation->operand_count < 2)
		return complain_text("why: a rule and at least one trace are needed (hint: snug why statx web.trace.json)");
	if (policy_load(&loaded, invocation->operands + 1, invocation->operand_count - 1, &err) < 0)
		return complain(&err);
	why_answer(&answer, loaded.policy, invocation->operands[0]);
	return print_answer(&answer, invocation->operands[0]);
}

const struct command command_why = {
	.name = "why",
	.usage = "RULE TRACE...",
	.summary = "tell why a rule is in the profiles: who needs it, or what else",
	.options = why_options,
	.run = run_why,
};
