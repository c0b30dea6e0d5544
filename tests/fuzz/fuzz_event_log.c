/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an event log. Whatever events are read, they make a trace that can be read, and a log that gives the same trace. */
#include "snug/cleanup.h"
#include "snug/event_log.h"
#include "snug/trace.h"
#include "tests/fuzz/fuzz.h"

struct copies {
	struct trace *trace;
	FILE *log;
};

static int on_event(void *context, const struct event *event)
{
	const struct copies *copies = context;

	event_log_write(event, copies->log);
	return trace_add_event(copies->trace, event);
}

/* The events up to the first that is none, as a trace in canonical bytes, and as a log. */
static void replay(const char *data, size_t size, struct text *ret_trace, struct text *ret_log)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	char *bytes = NULL, *log_bytes = NULL;
	size_t length, log_length;
	FILE *log = open_memstream(&log_bytes, &log_length), *out = open_memstream(&bytes, &length);
	struct copies copies = { trace, log };
	struct error err = ERROR_NONE;
	int code;

	trace_begin_run(trace, "fuzz");
	event_log_begin(log);
	code = event_log_read(data, size, "fuzz", &(struct event_sink){ on_event, &copies }, &err);
	promise((code < 0) == (err.code < 0) && (code < 0) == (err.text[0] != '\0'));
	trace_end_run(trace, true);
	trace_write(trace, out);
	fclose(out);
	fclose(log);
	text_add(ret_trace, bytes, length);
	text_add(ret_log, log_bytes, log_length);
	free(bytes);
	free(log_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_done) struct text trace = TEXT_EMPTY, log = TEXT_EMPTY, trace_again = TEXT_EMPTY, log_again = TEXT_EMPTY;
	CLEANUP(trace_freep) struct trace *back = NULL;
	struct error err = ERROR_NONE;

	replay((const char *)data, size, &trace, &log);
	promise(trace_read(&back, trace.data, trace.length, "fuzz", &err) == 0);
	replay(log.data, log.length, &trace_again, &log_again);
	promise(strcmp(log.data, log_again.data) == 0);
	promise(strcmp(trace.data, trace_again.data) == 0);
	return 0;
}
