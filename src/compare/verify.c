/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording needs against what a profile grants. */
#include "snug/verify.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/names.h"

static int compare_gaps(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	if (x->risk != y->risk)
		return x->risk > y->risk ? -1 : 1;
	return strcmp(x->what, y->what);
}

/* Takes `what`. */
static void add_gap(struct verdict *verdict, char *what, const struct string_set *by, const struct risk *risk)
{
	struct gap gap = { .what = what, .risk = risk ? risk->level : RISK_LOW };

	string_set_union(&gap.by, by);
	verdict->gaps = xrealloc(verdict->gaps, verdict->gap_count + 1, sizeof(*verdict->gaps));
	verdict->gaps[verdict->gap_count++] = gap;
	qsort(verdict->gaps, verdict->gap_count, sizeof(*verdict->gaps), compare_gaps);
}

/* LOG and TRACE let the call pass as well; NOTIFY leaves it to somebody who is not here. */
static bool lets_pass(uint32_t answer)
{
	uint32_t action = answer & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static void verify_value(struct verdict *verdict, const struct policy_syscall *call, const struct arch *abi,
			 const struct filter *filter, size_t which)
{
	const struct policy_condition *condition = &call->condition;
	int number = syscall_number(abi, call->name);
	uint64_t args[6] = { 0 };

	if (number < 0)
		return;
	if (condition->count)
		args[condition->index] = condition->values[which];
	verdict->call_count++;
	if (lets_pass(filter_answer(filter, abi, (uint32_t)number, args)))
		return;
	add_gap(verdict, condition->count
		? xasprintf("call '%s' (%s) with argument %u = %llu", call->name, abi->name, condition->index,
			    (unsigned long long)condition->values[which])
		: xasprintf("call '%s' (%s)", call->name, abi->name), &call->by, risk_of_syscall(call->name));
}

void verify_calls(struct verdict *verdict, const struct policy *needed, const struct filter *filter)
{
	for (size_t i = 0; i < needed->syscall_count; i++) {
		const struct policy_syscall *call = &needed->syscalls[i];
		size_t values = call->condition.count ? call->condition.count : 1;

		/* Only what was seen can be missed. */
		if (call->answer != 0 || call->reason == REASON_EQUIVALENT || call->reason == REASON_ASSUMED)
			continue;
		for (size_t abi = 0; abi < needed->abi_count; abi++)
			for (size_t v = 0; v < values && call->abis & 1u << abi; v++)
				verify_value(verdict, call, needed->abis[abi], filter, v);
	}
}

/* Lines as `--cap-add` takes them: with or without CAP_; '#' begins a comment. */
static bool lists_capability(const char *cap_add, const char *name)
{
	for (const char *line = cap_add; *line; ) {
		size_t length = strcspn(line, "\n"), word = strcspn(line, " \t\r\n#");
		const char *start = strncmp(line, "CAP_", 4) == 0 ? line + 4 : line;

		word -= (size_t)(start - line) < word ? (size_t)(start - line) : word;
		if ((word == 3 && strncmp(start, "ALL", 3) == 0) ||
		    (word == strlen(name) && strncmp(start, name, word) == 0))
			return true;
		line += length + (line[length] == '\n');
	}
	return false;
}

static bool lists_stronger(const char *cap_add, const struct policy_capability *needed)
{
	char name[NAME_LENGTH];

	return needed->stronger != CAPABILITY_NONE &&
	       lists_capability(cap_add, name_of(NAME_CAPABILITY, needed->stronger, name));
}

void verify_capabilities(struct verdict *verdict, const struct policy *needed, const char *cap_add)
{
	for (size_t i = 0; i < needed->capability_count; i++) {
		const struct policy_capability *capability = &needed->capabilities[i];
		char name[NAME_LENGTH];

		verdict->capability_count++;
		if (!lists_capability(cap_add, name_of(NAME_CAPABILITY, capability->number, name)) &&
		    !lists_stronger(cap_add, capability))
			add_gap(verdict, xasprintf("capability %s", name), &capability->by, risk_of_capability(name));
	}
}

void verdict_done(struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->gap_count; i++) {
		free(verdict->gaps[i].what);
		string_set_done(&verdict->gaps[i].by);
	}
	free(verdict->gaps);
	*verdict = (struct verdict){ 0 };
}
