/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a log, in blocks cut anywhere: what is imported makes a trace that can be read, and the cuts make no difference. */
#include "record/audit_record.h"
#include "snug/audit_import.h"
#include "snug/cleanup.h"
#include "snug/trace.h"
#include "tests/fuzz/fuzz.h"

static void import(const char *data, size_t size, size_t block, struct text *ret_trace)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	const struct event_sink sink = { trace_add_event, trace };
	const struct audit_scope scope = { 0 };
	CLEANUP(audit_import_freep) struct audit_import *import = audit_import_new(&scope, &sink);
	char *bytes = NULL;
	size_t length;
	FILE *out = open_memstream(&bytes, &length);

	trace_begin_run(trace, "fuzz");
	for (size_t at = 0; at < size; at += block)
		promise(audit_import_feed(import, data + at, size - at < block ? size - at : block) == 0);
	promise(audit_import_end_log(import) == 0);
	trace_end_run(trace, true);
	trace_write(trace, out);
	fclose(out);
	text_add(ret_trace, bytes, length);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_done) struct text whole = TEXT_EMPTY, cut = TEXT_EMPTY;
	CLEANUP(trace_freep) struct trace *back = NULL;
	struct error err = ERROR_NONE;

	for (size_t i = 1; audit_type_at(i); i++)	/* it is searched by halves */
		promise(strcmp(audit_type_at(i - 1)->name, audit_type_at(i)->name) < 0);
	import((const char *)data, size, size ?: 1, &whole);
	import((const char *)data, size, 7, &cut);
	promise(strcmp(whole.data, cut.data) == 0);
	promise(trace_read(&back, whole.data, whole.length, "fuzz", &err) == 0);
	return 0;
}
