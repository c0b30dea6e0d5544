/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a trace. What is read comes back from the file unchanged, is its own union, and can be shown; what is
 * not read has a reason of one line.
 */
#include "snug/cleanup.h"
#include "snug/summary.h"
#include "snug/trace.h"
#include "tests/fuzz/fuzz.h"

static char *canonical(struct trace *trace, size_t *ret_length)
{
	char *data = NULL;
	FILE *out = open_memstream(&data, ret_length);

	trace_write(trace, out);
	fclose(out);
	return data;
}

static void check_trace(struct trace *trace)
{
	CLEANUP(trace_freep) struct trace *back = NULL;
	CLEANUP(text_done) struct text summary = TEXT_EMPTY;
	size_t first_length, second_length, third_length;
	auto_free char *first = canonical(trace, &first_length), *second = NULL, *third = NULL;
	struct error err = ERROR_NONE;

	promise(trace_read(&back, first, first_length, "again", &err) == 0);
	second = canonical(back, &second_length);
	promise(second_length == first_length && memcmp(first, second, first_length) == 0);
	promise(trace_check_runs(trace, back, &err) == 0);
	trace_merge(back, trace);
	third = canonical(back, &third_length);
	promise(third_length == first_length && memcmp(first, third, first_length) == 0);
	summary_write(trace, &(struct summary_options){ 80, false }, &summary);
	for (size_t i = 0; i < summary.length; i++)
		promise((unsigned char)summary.data[i] >= ' ' || summary.data[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	struct error err = ERROR_NONE;

	if (trace_read(&trace, (const char *)data, size, "fuzz", &err) == 0)
		check_trace(trace);
	else
		promise(err.code < 0 && err.text[0] && !trace);
	return 0;
}
