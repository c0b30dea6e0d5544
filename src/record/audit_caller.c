/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_caller.h: a map by what records say, and the last one beside it, as calls of one process follow each other. */
#include "record/audit_caller.h"

#include <stdlib.h>
#include <string.h>

#include "record/audit_apparmor.h"
#include "snug/map.h"
#include "snug/memory.h"

#define CALLERS_MAX 4096
#define REST_MAX 1024		/* bytes of a record; mostly some 200 */

struct audit_callers {
	struct map *by_rest;	/* owned; → struct audit_caller */
	char last_rest[REST_MAX];
	size_t last_length;
	struct audit_caller *last;	/* NULL = none */
	uint64_t ids;		/* so far */
};

static void caller_free(void *value)
{
	struct audit_caller *caller = value;

	free(caller->exe);
	free(caller->session);
	free(caller->subject);
	free(caller);
}

struct audit_callers *audit_callers_new(void)
{
	struct audit_callers *callers = xcalloc(1, sizeof(*callers));

	callers->by_rest = map_new(caller_free);
	return callers;
}

struct audit_callers *audit_callers_free(struct audit_callers *callers)
{
	if (callers)
		map_free(callers->by_rest);
	free(callers);
	return NULL;
}

static struct audit_caller *read_caller(struct audit_callers *callers, const char *rest, size_t length)
{
	const struct audit_record record = { .body = rest, .length = length };
	struct audit_caller *caller = xcalloc(1, sizeof(*caller));

	caller->id = ++callers->ids;
	caller->exe = audit_field_string(&record, "exe");
	caller->session = audit_field_string(&record, "ses");
	caller->subject = apparmor_label(&record, "subj");
	return caller;
}

struct audit_caller *audit_callers_find(struct audit_callers *callers, const char *rest, size_t length)
{
	struct audit_caller **slot;

	if (callers->last && callers->last_length == length && memcmp(callers->last_rest, rest, length) == 0)
		return callers->last;
	if (length > REST_MAX)
		return NULL;
	if (map_count(callers->by_rest) >= CALLERS_MAX) {
		map_free(callers->by_rest);
		callers->by_rest = map_new(caller_free);
	}
	slot = (struct audit_caller **)map_slot(callers->by_rest, rest, length);
	if (!*slot)
		*slot = read_caller(callers, rest, length);
	memcpy(callers->last_rest, rest, length);
	callers->last_length = length;
	return callers->last = *slot;
}
