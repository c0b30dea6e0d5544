/* SPDX-License-Identifier: Apache-2.0 */
/* A line a container on a terminal. */
#include "cli/listen_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/command.h"
#include "snug/cleanup.h"
#include "snug/text.h"

#define COLUMNS 80		/* of a terminal that does not say, and the most that is used */
#define ROWS 24
#define NAME_COLUMNS 32

bool listen_lines_possible(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal && terminal[0] && strcmp(terminal, "dumb") != 0 &&
	       tcgetpgrp(STDERR_FILENO) == getpgrp();
}

static void window(size_t *ret_columns, size_t *ret_rows)
{
	struct winsize size = { 0 };

	ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	*ret_columns = size.ws_col && size.ws_col < COLUMNS ? size.ws_col : COLUMNS;
	*ret_rows = size.ws_row ? size.ws_row : ROWS;
}

/* The newest first, as they are listed: what is cut off at the end has been there longest. */
static size_t add_lines(struct text *out, const struct listen_containers *containers)
{
	size_t columns, rows, count = 0;

	window(&columns, &rows);
	for (const struct container_recording *c = containers->running; c && count + 1 < rows; c = c->next) {
		const struct trace *trace = c->recording.trace;
		char line[COLUMNS];

		snprintf(line, columns, "  %-*.*s %6zu calls %7zu paths %5zu programs", NAME_COLUMNS, NAME_COLUMNS, c->name,
			 map_count(trace->syscalls), map_count(trace->files), map_count(trace->execs));
		text_printf(out, "%s\n", line);
		count++;
	}
	return count;
}

/* One write: others print to this terminal, too. */
void listen_lines_draw(const struct listen_containers *containers)
{
	CLEANUP(text_done) struct text out = TEXT_EMPTY;
	size_t count;

	if (tcgetpgrp(STDERR_FILENO) != getpgrp())	/* in the background since */
		return;
	text_puts(&out, MESSAGE_ERASE);
	count = add_lines(&out, containers);
	if (count)
		text_printf(&out, "\033[%zuA", count);
	fwrite(out.data, 1, out.length, stderr);
	fflush(stderr);
}

void listen_lines_erase(void)
{
	fputs(MESSAGE_ERASE, stderr);
	fflush(stderr);
}
