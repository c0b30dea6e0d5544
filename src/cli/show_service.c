/* SPDX-License-Identifier: Apache-2.0 */
/* A service's facts and rules, as what its profiles permit. */
#include "cli/show_service.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/loaded_policy.h"
#include "cli/print_difference.h"
#include "snug/bytes.h"
#include "snug/capability_finding.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define INDENT 2	/* columns before what does not fit its first line */

static const char *last_part(const char *folder)
{
	const char *slash = strrchr(folder, '/');

	return slash && slash[1] ? slash + 1 : folder;
}

static void add_names(struct text *out, const char *before, const struct string_set *names)
{
	for (size_t i = 0; i < names->count; i++) {
		text_puts(out, i ? ", " : before);
		bytes_printable(out, names->items[i], strlen(names->items[i]));
	}
}

static void add_digests(struct text *out, const struct policy *policy)
{
	for (size_t i = 0; i < map_count(policy->trace->runs); i++) {
		const struct trace_run *run = map_value_at(policy->trace->runs, i);

		if (run->digest)
			text_printf(out, " (%.19s)", run->digest);	/* "sha256:" and a dozen digits */
	}
}

static void print_origin(const char *name, const struct policy *policy)
{
	CLEANUP(text_done) struct text line = TEXT_EMPTY;

	bytes_printable(&line, name, strlen(name));
	text_puts(&line, ": recorded");
	add_names(&line, " from ", &policy->programs);
	add_names(&line, " in ", &policy->images);
	add_digests(&line, policy);
	text_puts(&line, policy->complete ? "" : "; the recording is incomplete, its profiles may refuse what the program needs");
	print_wrapped(stdout, 0, INDENT, text_cstr(&line));
}

/* What the container is not given though something asked, in words. */
static void print_findings(const struct policy *policy)
{
	for (size_t i = 0; i < policy->findings.count; i++) {
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		if (policy->findings.items[i].kept)
			continue;
		text_puts(&line, "not given: capability ");
		finding_describe(&line, &policy->findings.items[i]);
		print_wrapped(stdout, 0, INDENT, text_cstr(&line));
	}
}

static void print_rules(const struct rules *rules)
{
	for (size_t i = 0; rules && i < rules->count; i++) {
		const struct rule_line *rule = &rules->items[i];
		CLEANUP(text_done) struct text raw = TEXT_EMPTY, line = TEXT_EMPTY;

		text_printf(&raw, "by hand: %s %s  # %s (line %zu of rules)", rule->never ? "never" : "allow", rule->fact, rule->reason,
			    rule->line);
		bytes_printable(&line, text_cstr(&raw), raw.length);
		print_wrapped(stdout, 0, INDENT, text_cstr(&line));
	}
}

static void print_the_rest(const struct policy *policy)
{
	size_t runtime = 0, equivalent = 0;
	auto_free char *line = NULL;

	for (size_t i = 0; i < policy->syscall_count; i++) {
		runtime += policy->syscalls[i].reason == REASON_RUNTIME;
		equivalent += policy->syscalls[i].reason == REASON_EQUIVALENT && !policy->syscalls[i].answer;
	}
	line = xasprintf("beside it: %zu calls of container runtimes, %zu that come with others (snug why CALL tells)", runtime,
			 equivalent);
	print_wrapped(stdout, 0, INDENT, line);
}

int show_service(const char *folder, struct error *err)
{
	CLEANUP(loaded_policy_done) struct loaded_policy loaded = { 0 };
	CLEANUP(difference_done) struct difference all = { 0 };
	char *paths[] = { (char *)folder };
	int code = policy_load(&loaded, paths, 1, err);

	if (code < 0)
		return code;
	print_origin(last_part(folder), loaded.policy);
	difference_from_policies(&all, NULL, loaded.policy, DIFFERENCE_NEEDED_ONLY);
	print_permissions(&all, stdout);
	print_the_rest(loaded.policy);
	print_findings(loaded.policy);
	print_rules(loaded.rules);
	return 0;
}
