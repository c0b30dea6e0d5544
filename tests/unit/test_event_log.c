/* SPDX-License-Identifier: Apache-2.0 */
/* What is written to an event log is read back equal, and what is no event is refused by line. */
#include <errno.h>
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/event_log.h"
#include "tests/random_event.h"
#include "tests/tap.h"

#define EVENTS 5000	/* random ones */
#define FIRST_LINE "{\"format\":\"snug-events/1\"}\n"

static void test_round_trip(void)
{
	auto_free char *first = NULL, *second = NULL;
	size_t first_length, second_length;
	FILE *out = open_memstream(&first, &first_length), *again = open_memstream(&second, &second_length);
	struct event_sink sink = { event_log_sink, again };
	struct random random = { 1 };
	struct error err = ERROR_NONE;

	event_log_begin(out);
	event_log_begin(again);
	for (size_t i = 0; i < EVENTS; i++) {
		struct event event = random_event(&random);

		event_log_write(&event, out);
	}
	fclose(out);
	ok_int(event_log_read(first, first_length, "first", &sink, &err), 0);
	ok_str(err.text, "");
	fclose(again);
	ok_str(second, first);
}

static int keep_event(void *context, const struct event *event)
{
	struct event *kept = context;

	*kept = *event;
	return event->kind == EVENT_LOST ? -ENOSPC : 0;
}

static int read_log(const char *log, struct event *event, struct error *err)
{
	return event_log_read(log, strlen(log), "log", &(struct event_sink){ keep_event, event }, err);
}

static void test_defaults(void)
{
	struct event event;

	ok_int(read_log(FIRST_LINE "\n{\"event\":\"network\",\"act\":\"create\",\"outcome\":\"ok\"}", &event, NULL), 0);
	ok(event.kind == EVENT_NETWORK && event.phase == PHASE_PROGRAM && !event.by);
	ok(event.network.family == -1 && event.network.type == -1 && event.network.protocol == -1);
	ok_int(read_log(FIRST_LINE "{\"event\":\"syscall\",\"abi\":\"x86_64\",\"name\":\"openat\",\"result\":\"-2\"}",
			&event, NULL), 0);
	ok(event.syscall.number == 257 && event.syscall.has_result && event.syscall.result == -2);
}

struct bad_row {
	const char *log, *message;
};

static const struct bad_row bad_rows[] = {
	{ "", "event log 'log' is empty" },
	{ "\n\n", "event log 'log' is empty" },
	{ "{}\n", "cannot read event log 'log', line 1: not an event log that this snug reads"
		  " (hint: its first line must be {\"format\":\"snug-events/1\"})" },
	{ FIRST_LINE "[]", "cannot read event log 'log', line 2: not an object" },
	{ FIRST_LINE "{}", "cannot read event log 'log', line 2: no 'event' that is a string" },
	{ FIRST_LINE "{\"event\":\"x\"}", "cannot read event log 'log', line 2: unknown word in 'event': 'x'" },
	{ FIRST_LINE "{\"event\":\"exec\"}", "cannot read event log 'log', line 2: no 'to'" },
	{ FIRST_LINE "{\"event\":\"exec\",\"to\":1}", "cannot read event log 'log', line 2: 'to' is not a string" },
	{ FIRST_LINE "{\"event\":\"exec\",\"to\":\"\\\\q\"}",
	  "cannot read event log 'log', line 2: bad backslash in 'to': '\\q'" },
	{ FIRST_LINE "{\"event\":\"exec\",\"to\":\"a\\\\x00b\"}", "cannot read event log 'log', line 2: NUL byte in 'to'" },
	{ FIRST_LINE "{\"event\":\"exec\",\"to\":\"/a\",\"too\":1}", "cannot read event log 'log', line 2: unknown key 'too'" },
	{ FIRST_LINE "{\"event\":\"limit\",\"limit\":\"processes\",\"value\":\"01\"}",
	  "cannot read event log 'log', line 2: 'value' is not a number of 64 bits: '01'" },
	{ FIRST_LINE "{\"event\":\"limit\",\"limit\":\"processes\",\"value\":\"18446744073709551616\"}",
	  "cannot read event log 'log', line 2: 'value' is not a number of 64 bits: '18446744073709551616'" },
	{ FIRST_LINE "{\"event\":\"syscall\",\"abi\":\"vax\",\"name\":\"openat\"}",
	  "cannot read event log 'log', line 2: unknown word in 'abi': 'vax'" },
	{ FIRST_LINE "\n{\"event\":\"lost\",\"source\":\"x\",\"count\":\"1\"}",
	  "cannot read event log 'log', line 3: the event was not taken: No space left on device" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_rows); i++) {
		struct error err = ERROR_NONE;
		struct event event;

		ok(read_log(bad_rows[i].log, &event, &err) < 0);
		ok_str(err.text, bad_rows[i].message);
	}
}

int main(void)
{
	test_round_trip();
	test_defaults();
	test_bad();
	return done();
}
