/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorder without a kernel: writes a trace to standard output.
 *
 *	replay LOG		of a run whose events are in LOG
 *	replay --random SEED	of random events, the same for the same seed
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/event_log.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/trace.h"
#include "tests/random_event.h"

#define RANDOM_EVENTS 150

static int add_log(struct trace *trace, const char *path, struct error *err)
{
	CLEANUP(text_done) struct text log = TEXT_EMPTY;
	struct event_sink sink = { trace_add_event, trace };
	int code = file_read(path, 0, &log, err);

	return code < 0 ? code : event_log_read(text_cstr(&log), log.length, path, &sink, err);
}

static void add_random(struct trace *trace, uint64_t seed)
{
	struct random random = { seed };

	for (int i = 0; i < RANDOM_EVENTS; i++) {
		struct event event = random_event(&random);

		trace_add_event(trace, &event);
	}
}

int main(int argc, char **argv)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	struct trace_run *run = trace_begin_run(trace, "replayed");
	struct error err = ERROR_NONE;

	run->recorder = xstrdup("replay");
	for (int i = 1; i < argc; i++)
		text_add(&run->command, argv[i], strlen(argv[i]) + 1);
	if (argc == 3 && strcmp(argv[1], "--random") == 0)
		add_random(trace, strtoull(argv[2], NULL, 10));
	else if (argc != 2)
		error_set(&err, -EINVAL, "usage: replay LOG, replay --random SEED");
	else
		add_log(trace, argv[1], &err);
	run->exit_status = 0;
	trace_end_run(trace, true);
	if (err.code < 0) {
		fprintf(stderr, "replay: %s\n", err.text);
		return 2;
	}
	trace_write(trace, stdout);
	return ferror(stdout) || fclose(stdout) != 0;
}
