/* SPDX-License-Identifier: Apache-2.0 */
/* snug show: services and traces for people, or as canonical JSON. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/loaded_policy.h"
#include "cli/service.h"
#include "cli/show_service.h"
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

static int show_repository(void)
{
	CLEANUP(services_done) struct services services = { 0 };
	struct error err = ERROR_NONE;
	size_t shown = 0;

	if (services_find(&services, RECORDINGS_FOLDER, &err) < 0)
		return complain(&err);
	for (size_t i = 0; i < services.count; i++) {
		if (access(services.items[i].folder, F_OK) < 0)
			continue;	/* recorded only */
		if (shown++)
			putchar('\n');
		if (show_service(services.items[i].folder, &err) < 0)
			return complain(&err);
	}
	if (!shown)
		return complain_text("no service in '%s', and no trace given (hint: snug update, or snug show app.trace.json)",
				     SERVICES_FOLDER);
	return STATUS_FINE;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int show_folders(const struct invocation *invocation)
{
	struct error err = ERROR_NONE;

	for (size_t i = 0; i < invocation->operand_count; i++) {
		if (i)
			putchar('\n');
		if (show_service(invocation->operands[i], &err) < 0)
			return complain(&err);
	}
	return STATUS_FINE;
}

/* The facts of all of them, as one. */
static int show_facts(const struct invocation *invocation)
{
	CLEANUP(loaded_policy_done) struct loaded_policy loaded = { 0 };
	struct error err = ERROR_NONE;

	if (policy_load(&loaded, invocation->operands, invocation->operand_count, &err) < 0)
		return complain(&err);
	trace_write(loaded.trace, stdout);
	return STATUS_FINE;
}

static int run(struct invocation *invocation)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	if (invocation->operand_count == 0)
		return show_repository();
	if (is_folder(invocation->operands[0]))
		return option_value(invocation, "json") ? show_facts(invocation) : show_folders(invocation);
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
	.usage = "[--json] [TRACE... | FOLDER...]",
	.summary = "tell what a service's profiles permit, or what a trace holds",
	.options = options,
	.run = run,
};
