/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a log, in blocks cut anywhere: what is imported makes a trace that can be read, and the cuts make no difference.
 * Nor does it make one whether what was decoded before is decoded again.
 */
#include <inttypes.h>

#include "record/audit_record.h"
#include "snug/audit_import.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/trace.h"
#include "tests/fuzz/fuzz.h"

/* With somebody to ask where a path leads, each event is decoded: he may answer something else each time. */
static char *no_answer(void *context, pid_t pid, const char *path, bool last_stays)
{
	(void)context, (void)pid, (void)path, (void)last_stays;
	return NULL;
}

static void add_counts(struct text *text, const struct audit_import_counts *counts)
{
	text_printf(text, "%" PRIu64 " used, %" PRIu64 " of others\n", counts->used, counts->out_of_scope);
	for (size_t i = 0; i < map_count(counts->unusable); i++)
		text_printf(text, "%" PRIu64 " %s\n", *(uint64_t *)map_value_at(counts->unusable, i),
			    (const char *)map_key_at(counts->unusable, i, NULL));
}

static void import(const char *data, size_t size, size_t block, bool each, const char *container, struct text *ret_trace,
		   struct text *ret_counts)
{
	CLEANUP(trace_freep) struct trace *trace = trace_new();
	const struct event_sink sink = { trace_add_event, trace };
	const struct audit_scope scope = { .container = container };
	CLEANUP(audit_import_freep) struct audit_import *import = audit_import_new(&scope, &sink);
	char *bytes = NULL;
	size_t length;
	FILE *out = open_memstream(&bytes, &length);

	if (each)
		audit_import_resolve(import, no_answer, NULL);
	trace_begin_run(trace, "fuzz");
	for (size_t at = 0; at < size; at += block)
		promise(audit_import_feed(import, data + at, size - at < block ? size - at : block) == 0);
	promise(audit_import_end_log(import) == 0);
	trace_end_run(trace, true);
	trace_write(trace, out);
	fclose(out);
	text_add(ret_trace, bytes, length);
	add_counts(ret_counts, audit_import_counts(import));
	free(bytes);
}

/* They are searched by halves. */
static void find_types(void)
{
	const struct audit_type *type;

	for (size_t i = 0; (type = audit_type_at(i)) != NULL; i++) {
		auto_free char *line = xasprintf("type=%s msg=audit(1.0:1): a=1", type->name);
		struct audit_record record;

		promise(audit_record_find(&record, line, strlen(line)) && record.type == type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_done) struct text whole = TEXT_EMPTY, cut = TEXT_EMPTY, each = TEXT_EMPTY;
	CLEANUP(text_done) struct text counts = TEXT_EMPTY, counts_cut = TEXT_EMPTY, counts_each = TEXT_EMPTY;
	CLEANUP(trace_freep) struct trace *back = NULL, *one = NULL;
	struct error err = ERROR_NONE;

	find_types();
	import((const char *)data, size, size ?: 1, false, NULL, &whole, &counts);
	import((const char *)data, size, 7, false, NULL, &cut, &counts_cut);
	import((const char *)data, size, size ?: 1, true, NULL, &each, &counts_each);
	promise(strcmp(whole.data, cut.data) == 0 && strcmp(counts.data, counts_cut.data) == 0);
	promise(strcmp(whole.data, each.data) == 0 && strcmp(counts.data, counts_each.data) == 0);
	promise(trace_read(&back, whole.data, whole.length, "fuzz", &err) == 0);
	text_clear(&whole);
	import((const char *)data, size, size ?: 1, false, "3f4e8c0d1b2a", &whole, &counts);
	promise(trace_read(&one, whole.data, whole.length, "fuzz", &err) == 0);
	return 0;
}
