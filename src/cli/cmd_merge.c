/* SPDX-License-Identifier: Apache-2.0 */
/* snug merge: the union of traces. */
#include "cli/command.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"

static const struct command_option options[] = {
	{ "output", 'o', "FILE", "write the union there ('-' or none: standard output)" },
	{ 0 }
};

static int run(struct invocation *invocation)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	const char *output = option_value(invocation, "output");
	struct error err = ERROR_NONE;

	if (invocation->operand_count == 0)
		return complain_text("no trace given (hint: snug merge -o all.json a.json b.json)");
	if (trace_files_read(&trace, invocation->operands, invocation->operand_count, &err) < 0)
		return complain(&err);
	if (trace_file_write(trace, output ? output : "-", &err) < 0)
		return complain(&err);
	return STATUS_FINE;
}

const struct command command_merge = {
	.name = "merge",
	.usage = "[-o FILE] TRACE...",
	.summary = "unite traces: what any of the runs did",
	.options = options,
	.run = run,
};
