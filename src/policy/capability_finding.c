/* SPDX-License-Identifier: Apache-2.0 */
/* The uses of capabilities in a trace, gathered by what they mean; see capability_finding.h. */
#include "snug/capability_finding.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/names.h"

void finding_done(struct capability_finding *finding)
{
	string_set_done(&finding->by);
	string_set_done(&finding->syscalls);
	string_set_done(&finding->why);
	string_set_done(&finding->effects);
}

void findings_done(struct capability_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		finding_done(&findings->items[i]);
	free(findings->items);
	*findings = (struct capability_findings){ 0 };
}

/* Under no_new_privs anybody may: seccomp_prepare_filter(), kernel/seccomp.c, and security/landlock/syscalls.c. */
static bool restricts_itself(const struct trace_capability *seen)
{
	return seen->number == CAP_SYS_ADMIN && seen->syscall &&
	       (strcmp(seen->syscall, "seccomp") == 0 || strcmp(seen->syscall, "prctl") == 0 ||
		strcmp(seen->syscall, "landlock_restrict_self") == 0);
}

static bool has_all(const struct string_set *set, const struct string_set *members)
{
	for (size_t i = 0; i < members->count; i++)
		if (!string_set_has(set, members->items[i]))
			return false;
	return !members->more;
}

/* In each run that used it, the command passed without it too. */
static bool was_dropped(struct trace *trace, int number, const struct string_set *runs)
{
	for (size_t i = 0; i < map_count(trace->capabilities); i++) {
		const struct trace_capability *other = map_value_at(trace->capabilities, i);

		if (other->number == number && (other->marks & CHECK_DROPPED) && has_all(other->evidence.runs, runs))
			return true;
	}
	return false;
}

static int order(const struct capability_finding *a, const struct capability_finding *b)
{
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	return a->kept - b->kept;
}

static struct capability_finding *find_or_add(struct capability_findings *findings, const struct capability_finding *key)
{
	struct capability_finding *items = findings->items;
	size_t at = 0;

	while (at < findings->count && order(&items[at], key) < 0)
		at++;
	if (at < findings->count && order(&items[at], key) == 0)
		return &items[at];
	items = xrealloc(items, findings->count + 1, sizeof(*items));
	memmove(items + at + 1, items + at, (findings->count - at) * sizeof(*items));
	items[at] = *key;
	findings->items = items;
	findings->count++;
	return &items[at];
}

static void add(struct capability_findings *findings, struct trace *trace, const struct trace_capability *seen,
		bool no_new_privs)
{
	struct capability_fact fact = trace_capability_fact(seen);
	const struct kernel_function *row = kernel_function_of(seen->reason, seen->number);
	struct capability_finding *finding, key = {
		.number = seen->number, .verdict = capability_verdict(&fact), .kept = capability_is_kept(&fact),
		.inferred = true, .stronger = CAPABILITY_NONE,
	};
	int stronger = CAPABILITY_NONE, give = capability_to_give(&fact, &stronger);

	if (key.kept && was_dropped(trace, give, seen->evidence.runs)) {
		key.verdict = VERDICT_HARMLESS;
		key.kept = false;
	}
	if (key.kept && no_new_privs && restricts_itself(seen)) {
		key.verdict = VERDICT_HARMLESS;
		key.kept = false;
	}
	if (key.kept)
		key.number = give;
	else
		stronger = CAPABILITY_NONE;
	key.stronger = stronger;
	finding = find_or_add(findings, &key);
	if (finding->stronger != stronger)
		finding->stronger = CAPABILITY_NONE;
	finding->inferred &= seen->inferred;
	string_set_union(&finding->by, seen->evidence.by);
	if (seen->syscall)
		string_set_add(&finding->syscalls, seen->syscall);
	if (seen->reason)
		string_set_add(&finding->why, seen->reason);
	if (row && row->effect)
		string_set_add(&finding->effects, row->effect);
}

static struct capability_finding *find_kept(struct capability_findings *findings, int number)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].number == number && findings->items[i].kept)
			return &findings->items[i];
	return NULL;
}

static void unite(struct capability_finding *into, const struct capability_finding *from)
{
	into->inferred &= from->inferred;
	string_set_union(&into->by, &from->by);
	string_set_union(&into->syscalls, &from->syscalls);
	string_set_union(&into->why, &from->why);
}

/* What a stronger one that is given anyway does as well is not given beside it. */
static void drop_covered(struct capability_findings *findings)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		struct capability_finding *finding = &findings->items[i];
		struct capability_finding *stronger = finding->kept && finding->stronger != CAPABILITY_NONE
			? find_kept(findings, finding->stronger) : NULL;

		if (stronger && stronger->stronger == CAPABILITY_NONE) {
			unite(stronger, finding);
			finding_done(finding);
			finding->kept = false;
			continue;
		}
		findings->items[kept++] = *finding;
	}
	findings->count = kept;
}

void findings_of_trace(struct capability_findings *ret, struct trace *trace, bool no_new_privs)
{
	*ret = (struct capability_findings){ 0 };
	for (size_t i = 0; i < map_count(trace->capabilities); i++)
		add(ret, trace, map_value_at(trace->capabilities, i), no_new_privs);
	drop_covered(ret);
}

#define CALLS_SHOWN 3

void finding_describe(struct text *out, const struct capability_finding *finding)
{
	char name[NAME_LENGTH];

	text_puts(out, name_of(NAME_CAPABILITY, finding->number, name));
	for (size_t i = 0; i < finding->effects.count; i++)
		text_printf(out, "%s %s", i ? ";" : ":", finding->effects.items[i]);
	for (size_t i = 0; i < finding->syscalls.count && i < CALLS_SHOWN; i++)
		text_printf(out, "%s%s", i ? ", " : " (", finding->syscalls.items[i]);
	if (finding->syscalls.count)
		text_puts(out, finding->syscalls.count > CALLS_SHOWN ? ", ...)" : ")");
}
