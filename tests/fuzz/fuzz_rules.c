/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as `rules`: each line is one understood fact with a reason, or the whole is refused in one line of words. What is
 * understood gives profiles that are well-formed, and a file without `allow` lines allows nothing more.
 */
#include <ctype.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/emitter.h"
#include "snug/filter.h"
#include "snug/policy.h"
#include "snug/rules.h"
#include "tests/fuzz/fuzz.h"

static const char recorded[] =
	"{\"format\":\"snug-trace/1\",\"runs\":[{\"abi\":\"x86_64\",\"command\":[\"/app\"],\"complete\":true,\"duration_ms\":\"1\","
	"\"exhaustive\":false,\"id\":\"r\",\"lost\":{},\"no_new_privs\":false}],\"syscalls\":[{\"abi\":\"x86_64\",\"by\":[\"/app\"],"
	"\"name\":\"socket\",\"args\":{\"domain\":[\"2\"]},\"ok\":true,\"phase\":\"program\",\"runs\":[\"r\"]}],\"files\":["
	"{\"access\":[\"read\"],\"by\":[\"/app\"],\"kind\":\"file\",\"outcome\":\"ok\",\"path\":\"/etc/app\",\"runs\":[\"r\"]}]}";

/* The text of a pattern is the only one of it. */
static void check_pattern(const struct pattern *pattern)
{
	CLEANUP(text_done) struct text once = TEXT_EMPTY, twice = TEXT_EMPTY, sample = TEXT_EMPTY;
	CLEANUP(pattern_done) struct pattern again = { 0 };

	pattern_text(&once, pattern->pieces, pattern->count);
	promise(pattern_read(&again, once.data, NULL) == 0 || once.length > PATTERN_LENGTH_MAX);
	if (!again.count)
		return;
	pattern_text(&twice, again.pieces, again.count);
	promise(strcmp(once.data, twice.data) == 0);
	pattern_sample(&sample, pattern->pieces, pattern->count);
	promise(pattern_match(pattern->pieces, pattern->count, sample.data));
	promise(pattern_covers(pattern->pieces, pattern->count, again.pieces, again.count));
}

static size_t count_allowed(const struct rules *rules)
{
	size_t count = 0, line = 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule_line *rule = &rules->items[i];

		promise(rule->line > line && rule->reason[0] && rule->fact[0]);
		line = rule->line;
		if (rule->pattern.count)
			check_pattern(&rule->pattern);
		count += !rule->never;
	}
	return count;
}

static void check_emitters(const struct policy *policy)
{
	const struct emit_options options = { .name = "app", .project = "fuzz", .folder = "snug/app" };

	for (size_t i = 0; emitter_at(i); i++) {
		CLEANUP(text_done) struct text out = TEXT_EMPTY;
		CLEANUP(filter_freep) struct filter *filter = NULL;

		promise(emitter_at(i)->emit(policy, &options, &out, NULL) == 0);
		if (strcmp(emitter_at(i)->name, "seccomp") == 0)
			promise(filter_from_profile(&filter, out.data, out.length, "emitted", NULL) == 0);
		for (const char *p = text_cstr(&out); *p; p++)
			promise(!iscntrl((unsigned char)*p) || *p == '\n' || *p == '\t');
	}
}

static void check_policy(struct trace *trace, const struct rules *rules)
{
	const struct policy_options options = { .runtime = RUNTIME_NONE, .rules = rules }, plain = { .runtime = RUNTIME_NONE };
	CLEANUP(policy_freep) struct policy *policy = NULL, *without = NULL;
	size_t allowed = count_allowed(rules);
	struct error err = ERROR_NONE;

	if (policy_from_trace(&policy, trace, &options, &err) < 0) {
		promise(err.text[0] && allowed < rules->count);	/* only a `never` can forbid */
		return;
	}
	promise(policy_from_trace(&without, trace, &plain, NULL) == 0);
	promise(allowed || (policy->syscall_count <= without->syscall_count && policy->file_count == without->file_count &&
			    policy->capability_count == without->capability_count));
	check_emitters(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(rules_freep) struct rules *rules = NULL;
	CLEANUP(trace_freep) struct trace *trace = NULL;
	struct error err = ERROR_NONE;

	if (rules_read(&rules, (const char *)data, size, "rules", &err) < 0) {
		promise(!strchr(err.text, '\n') && strncmp(err.text, "'rules' ", 8) == 0);
		return 0;
	}
	promise(trace_read(&trace, recorded, strlen(recorded), "recorded", NULL) == 0);
	check_policy(trace, rules);
	return 0;
}
