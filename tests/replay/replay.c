/* SPDX-License-Identifier: Apache-2.0 */
/* replay LOG: the trace of a run whose events are in LOG, to standard output. A recorder without a kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/event_log.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/trace.h"

static int replay(const char *path, struct error *err)
{
	CLEANUP(text_done) struct text log = TEXT_EMPTY;
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct event_sink sink = { trace_add_event, trace };
	struct trace_run *run = trace_begin_run(trace, "replayed");
	int code = file_read(path, 0, &log, err);

	run->recorder = xstrdup("replay");
	text_add(&run->command, path, strlen(path) + 1);
	if (code == 0)
		code = event_log_read(text_cstr(&log), log.length, path, &sink, err);
	run->exit_status = 0;
	trace_end_run(trace, true);
	if (code == 0)
		trace_write(trace, stdout);
	return code;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_NONE;

	if (argc == 2 && replay(argv[1], &err) == 0)
		return ferror(stdout) || fclose(stdout) != 0;
	fprintf(stderr, "replay: %s\n", argc == 2 ? err.text : "usage: replay LOG");
	return 2;
}
