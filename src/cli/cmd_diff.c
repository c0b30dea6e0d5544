/* SPDX-License-Identifier: Apache-2.0 */
/* snug diff: what one recording allows and another does not, by meaning. */
#include "cli/command.h"
#include "cli/loaded_policy.h"
#include "cli/print_difference.h"
#include "snug/cleanup.h"
#include "snug/difference.h"

static const struct command_option diff_options[] = {
	{ "format", 'f', "FORM", "text (default), markdown for a merge request, or json" },
	{ NULL, 0, NULL, NULL },
};

static int run_diff(struct invocation *invocation)
{
	CLEANUP(loaded_policy_done) struct loaded_policy old = { 0 }, new = { 0 };
	CLEANUP(difference_done) struct difference difference = { 0 };
	enum difference_form form;
	char **operands = invocation->operands;
	struct error err = ERROR_NONE;

	if (invocation->operand_count != 2)
		return complain_text("diff: two traces, or folders of services, are needed (hint: snug diff %s)",
				     invocation->command->usage);
	if (difference_form_by_name(&form, option_value(invocation, "format"), &err) < 0 ||
	    policy_load(&old, &operands[0], 1, &err) < 0 || policy_load(&new, &operands[1], 1, &err) < 0)
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
