/* SPDX-License-Identifier: Apache-2.0 */
/* snug verify: the gate over a repository; or, of one folder, whether its profiles hold for what was recorded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/gate.h"
#include "cli/service.h"
#include "cli/trace_file.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/verify.h"

#define PROFILE_MAX (16u << 20)	/* bytes; Docker's default profile has some 20,000 */

static const struct command_option verify_options[] = {
	{ "markdown", 0, NULL, "the gate's answer for a job's summary or a merge request" },
	{ "from", 0, "DIR", "where the gate finds recordings (default: " RECORDINGS_FOLDER ")" },
	{ NULL, 0, NULL, NULL },
};

static int judge_calls(struct verdict *verdict, const struct policy *needed, const char *folder, struct error *err)
{
	auto_free char *path = xasprintf("%s/seccomp.json", folder);
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;
	CLEANUP(filter_freep) struct filter *filter = NULL;
	int code = file_read(path, PROFILE_MAX, &profile, err);

	if (code == 0)
		code = filter_from_profile(&filter, text_cstr(&profile), profile.length, path, err);
	if (code == 0)
		verify_calls(verdict, needed, filter);
	return code;
}

static int judge_capabilities(struct verdict *verdict, const struct policy *needed, const char *folder,
			      struct error *err)
{
	auto_free char *path = xasprintf("%s/cap-add.txt", folder);
	CLEANUP(text_done) struct text list = TEXT_EMPTY;
	int code = file_read(path, PROFILE_MAX, &list, err);

	if (code == 0)
		verify_capabilities(verdict, needed, text_cstr(&list));
	return code;
}

static void print_gap(const struct gap *gap)
{
	CLEANUP(text_done) struct text by = TEXT_EMPTY;

	for (size_t i = 0; i < gap->by.count; i++) {
		text_puts(&by, i ? ", " : ", needed by ");
		bytes_escape(&by, gap->by.items[i], strlen(gap->by.items[i]));
	}
	printf("%s risk: %s%s\n", risk_level_name(gap->risk), gap->what, text_cstr(&by));
}

static int print_verdict(const struct verdict *verdict, const char *folder)
{
	for (size_t i = 0; i < verdict->gap_count; i++)
		print_gap(&verdict->gaps[i]);
	if (verdict->gap_count) {
		printf("%s refuses %zu of what was recorded; 'snug emit' over this trace and the earlier ones widens it\n",
		       folder, verdict->gap_count);
		return STATUS_NO;
	}
	printf("%s allows all %zu calls and %zu capabilities that were recorded\n", folder, verdict->call_count,
	       verdict->capability_count);
	return STATUS_FINE;
}

static int run_verify(struct invocation *invocation)
{
	/* What a runtime needs is not asked: a profile may be for a filter that no runtime loads. */
	static const struct policy_options options = { .runtime = RUNTIME_NONE };
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(policy_freep) struct policy *needed = NULL;
	CLEANUP(verdict_done) struct verdict verdict = { 0 };
	struct error err = ERROR_NONE;
	char **operands = invocation->operands;
	const char *recordings;

	if (recordings_choose(&recordings, option_value(invocation, "from"), &err) < 0)
		return complain(&err);
	if (invocation->operand_count == 0)
		return gate_run(recordings, option_value(invocation, "markdown"));
	if (invocation->operand_count < 2)
		return complain_text("verify: a folder and at least one trace are needed (hint: snug verify %s)",
				     invocation->command->usage);
	if (trace_files_read(&trace, operands + 1, invocation->operand_count - 1, &err) < 0 ||
	    policy_from_trace(&needed, trace, &options, &err) < 0 ||
	    judge_calls(&verdict, needed, operands[0], &err) < 0 ||
	    judge_capabilities(&verdict, needed, operands[0], &err) < 0)
		return complain(&err);
	return print_verdict(&verdict, operands[0]);
}

const struct command command_verify = {
	.name = "verify",
	.usage = "[--markdown] | DIR TRACE...",
	.summary = "tell whether profiles are unedited and hold for what was recorded",
	.options = verify_options,
	.run = run_verify,
};
