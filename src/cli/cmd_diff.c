/* SPDX-License-Identifier: Apache-2.0 */
/* snug diff: what one recording allows and another does not, by meaning. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/print_difference.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/difference.h"
#include "snug/memory.h"

static const struct command_option diff_options[] = {
	{ "format", 'f', "FORM", "text (default), markdown for a merge request, or json" },
	{ NULL, 0, NULL, NULL },
};

/* One side: its policy borrows from its trace. */
struct side {
	struct trace *trace;
	struct policy *policy;
};

static void side_done(struct side *side)
{
	policy_free(side->policy);
	trace_free(side->trace);
}

/* A service's folder stands for the facts in it. */
static int read_side(struct side *side, const char *path, struct error *err)
{
	/* As `emit` does it: what every runtime needs is on both sides, and makes no difference. */
	static const struct policy_options options = { .runtime = RUNTIME_UNION };
	auto_free char *inside = xasprintf("%s/trace.json", path), *file = NULL;
	struct stat st;
	int code;

	file = xstrdup(stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? inside : path);
	code = trace_files_read(&side->trace, &file, 1, err);
	if (code == 0)
		code = policy_from_trace(&side->policy, side->trace, &options, err);
	return code < 0 ? error_wrap(err, "'%s'", path) : 0;
}

static int run_diff(struct invocation *invocation)
{
	CLEANUP(side_done) struct side old = { 0 }, new = { 0 };
	CLEANUP(difference_done) struct difference difference = { 0 };
	enum difference_form form;
	char **operands = invocation->operands;
	struct error err = ERROR_NONE;

	if (invocation->operand_count != 2)
		return complain_text("diff: two traces, or folders of services, are needed (hint: snug diff %s)",
				     invocation->command->usage);
	if (difference_form_by_name(&form, option_value(invocation, "format"), &err) < 0 ||
	    read_side(&old, operands[0], &err) < 0 || read_side(&new, operands[1], &err) < 0)
		return complain(&err);
	difference_from_policies(&difference, old.policy, new.policy, 0);
	print_difference(&difference, form, operands[1], stdout);
	return difference.count ? STATUS_NO : STATUS_FINE;
}

const struct command command_diff = {
	.name = "diff",
	.usage = "[-f FORM] OLD NEW",
	.summary = "tell in words what one recording allows and another does not",
	.options = diff_options,
	.run = run_diff,
};
