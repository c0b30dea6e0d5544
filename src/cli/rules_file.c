/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from a file. */
#include "cli/rules_file.h"

#include "cli/command.h"
#include "snug/file.h"

int rules_file_read(struct rules **ret, const char *path, struct error *err)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	int code;

	*ret = NULL;
	if (!path)
		return 0;
	code = file_read(path, RULES_SIZE_MAX, &text, err);
	return code < 0 ? code : rules_read(ret, text_cstr(&text), text.length, path, err);
}

void rules_report_unneeded(const struct policy *policy, const char *path)
{
	for (size_t i = 0; i < policy->unneeded_count; i++)
		complain_text("'%s' line %zu is no longer needed: '%s' was observed", path, policy->unneeded[i]->line,
			      policy->unneeded[i]->fact);
}
