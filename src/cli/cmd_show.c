/* SPDX-License-Identifier: Apache-2.0 */
/* snug show: a trace for people, or as canonical JSON. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/summary.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN 60
#define COLUMNS_MAX 120		/* longer lines are not easier to read */

static const struct command_option options[] = {
	{ "json", 0, NULL, "the facts as canonical JSON instead of a summary" },
	{ 0 }
};

/* NO_COLOR: no-color.org. */
static bool wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal && strcmp(terminal, "dumb") != 0;
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	if (size.ws_col < COLUMNS_MIN)
		return COLUMNS_MIN;
	return size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

static int run(struct invocation *invocation)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	if (invocation->operand_count == 0)
		return complain_text("no trace given (hint: snug show app.trace.json)");
	if (trace_files_read(&trace, invocation->operands, invocation->operand_count, &err) < 0)
		return complain(&err);
	if (option_value(invocation, "json")) {
		trace_write(trace, stdout);
		return STATUS_FINE;
	}
	summary_write(trace, &(struct summary_options){ columns(), wants_colour() }, &text);
	fwrite(text.data, 1, text.length, stdout);
	return STATUS_FINE;
}

const struct command command_show = {
	.name = "show",
	.usage = "[--json] TRACE...",
	.summary = "tell what a trace holds, on one screen",
	.options = options,
	.run = run,
};
