/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_import.h: scope, and one function for each kind of record that makes sense by itself. */
#include "snug/audit_import.h"

#include <string.h>

#include "record/audit_apparmor.h"
#include "record/audit_call.h"
#include "record/audit_log.h"
#include "record/known.h"
#include "snug/memory.h"

#define SENT_MAX 16384		/* of some 200 bytes */
#define SUBJECTS_MAX 16		/* profiles and sessions that are named to the user */

struct audit_import {
	const struct audit_scope *scope;
	struct event_sink sink;
	struct audit_log *log;		/* owned */
	struct audit_calls *calls;	/* owned */
	char *(*resolve)(void *context, pid_t pid, const char *path, bool last_stays);
	void *resolve_context;
	bool (*choose)(void *context, const struct audit_event *event);
	void *choose_context;
	struct map *unusable;		/* owned */
	struct known *sent;		/* owned; AppArmor's records that became events, as what stays of them */
	struct text key;		/* scratch */
	struct string_set profiles, sessions;
	struct audit_import_counts counts;
};

static int import_event(void *context, const struct audit_event *event);
static enum audit_answer judge(void *context, const struct audit_record *record);

static void add_unusable(struct audit_import *import, const char *what, uint64_t count)
{
	void **slot = map_slot(import->unusable, what, strlen(what));

	if (!*slot)
		*slot = xcalloc(1, sizeof(uint64_t));
	*(uint64_t *)*slot += count;
}

static void count_unusable(struct audit_import *import, const char *what)
{
	add_unusable(import, what, 1);
}

static int send(void *context, const struct event *event)
{
	struct audit_import *import = context;

	return import->sink.on_event(import->sink.context, event);
}

static void count_unknown(void *context, const char *what)
{
	count_unusable(context, what);
}

static void forget(void *context)
{
	struct audit_import *import = context;

	audit_calls_forget(import->calls);
}

static char *resolve(void *context, pid_t pid, const char *path, bool last_stays)
{
	struct audit_import *import = context;

	return import->resolve ? import->resolve(import->resolve_context, pid, path, last_stays) : NULL;
}

struct audit_import *audit_import_new(const struct audit_scope *scope, const struct event_sink *sink)
{
	struct audit_import *import = xcalloc(1, sizeof(*import));

	import->scope = scope;
	import->sink = *sink;
	import->log = audit_log_new(&(struct audit_log_hooks){ import, judge, import_event, forget });
	import->sent = known_new(SENT_MAX);
	import->calls = audit_calls_new(&(struct audit_call_hooks){ { send, import }, import, count_unknown, resolve });
	import->unusable = map_new(free);
	import->profiles.limit = import->sessions.limit = SUBJECTS_MAX;
	import->counts.unusable = import->unusable;
	import->counts.profiles = &import->profiles;
	import->counts.sessions = &import->sessions;
	return import;
}

struct audit_import *audit_import_free(struct audit_import *import)
{
	if (!import)
		return NULL;
	audit_log_free(import->log);
	audit_calls_free(import->calls);
	known_free(import->sent);
	text_done(&import->key);
	map_free(import->unusable);
	string_set_done(&import->profiles);
	string_set_done(&import->sessions);
	free(import);
	return NULL;
}

int audit_import_feed(struct audit_import *import, const char *data, size_t length)
{
	return audit_log_feed(import->log, data, length);
}

int audit_import_end_log(struct audit_import *import)
{
	int code = audit_log_end(import->log);

	return code < 0 ? code : audit_calls_end(import->calls);
}

int audit_import_message(struct audit_import *import, unsigned int type, const char *text, size_t length)
{
	return audit_log_message(import->log, type, text, length);
}

void audit_import_lost(struct audit_import *import)
{
	audit_calls_forget(import->calls);
}

void audit_import_resolve(struct audit_import *import, char *(*resolve_path)(void *, pid_t, const char *, bool), void *context)
{
	import->resolve = resolve_path;
	import->resolve_context = context;
}

void audit_import_choose(struct audit_import *import, bool (*choose)(void *context, const struct audit_event *event), void *context)
{
	import->choose = choose;
	import->choose_context = context;
}

const struct audit_import_counts *audit_import_counts(struct audit_import *import)
{
	const struct audit_log_counts *log = audit_log_counts(import->log);

	for (size_t i = 0; i < map_count(log->unknown); i++) {
		size_t length;
		const char *name = map_key_at(log->unknown, i, &length);
		auto_free char *what = xasprintf("records of type %.*s", (int)length, name);
		uint64_t *count = map_value_at(log->unknown, i);

		add_unusable(import, what, *count);
		*count = 0;
	}
	import->counts.lines = log->lines;
	import->counts.abi = audit_calls_abi(import->calls);
	import->counts.torn = log->torn;
	import->counts.too_long = log->too_long;
	import->counts.dropped = log->dropped;
	return &import->counts;
}

/* A field as text, its hexadecimal form undone; owned by the caller, NULL when it is not there. */
static char *field_text(const struct audit_record *record, const char *name)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	return audit_field_text(record, name, &text) ? text_steal(&text) : NULL;
}

static bool is_wanted(const char *wanted, const char *value)
{
	return !wanted || (value && strcmp(wanted, value) == 0);
}

static bool is_recent(const struct audit_import *import, const struct audit_record *record)
{
	uint64_t time;

	return !import->scope->since || (audit_record_time(record, &time) && time >= import->scope->since);
}

/* The bytes that a value of ours has in a record; false when they may stand there in another way. */
static bool is_plain(const char *value)
{
	for (; *value; value++)
		if (*value <= ' ' || *value > '~' || *value == '"')
			return false;
	return true;
}

/* memmem() by the byte of `wanted` that records have least of: most of them are not about it. */
static bool mentions(const struct audit_record *record, const char *wanted)
{
	static const char common[] = "0123456789abcdef= \"_usigrtnoplm()/";	/* of a SYSCALL record */
	const char *p = record->body, *end = p + record->length, *rare = wanted;
	size_t length = strlen(wanted);

	for (const char *at = wanted; *at; at++)
		if (!strchr(common, *at))
			rare = at;
	for (; (p = memchr(p, *rare, (size_t)(end - p))); p++) {
		const char *start = p - (rare - wanted);

		if (start >= record->body && (size_t)(end - start) >= length && memcmp(start, wanted, length) == 0)
			return true;
	}
	return false;
}

/* What of a verdict is the same each time that it is given: all but the process. */
static void verdict_key(struct text *key, const struct audit_record *record)
{
	static const char field[] = " pid";
	const char *end = record->body + record->length, *at = record->body;
	const size_t length = sizeof(field) - 1;

	text_clear(key);
	while ((at = memchr(at, '=', (size_t)(end - at)))) {
		bool is_pid = (size_t)(at - record->body) >= length && memcmp(at - length, field, length) == 0;

		at++;
		if (!is_pid)
			continue;
		text_add(key, record->body, (size_t)(at - record->body));
		while (at < end && *at >= '0' && *at <= '9')
			at++;
		text_add(key, at, (size_t)(end - at));
		return;
	}
	text_add(key, record->body, record->length);
}

/* Only what the scope needs nothing else for: with a program or a session asked for, an AppArmor record waits for its call. */
static enum audit_answer judge(void *context, const struct audit_record *record)
{
	struct audit_import *import = context;
	const struct audit_scope *scope = import->scope;
	bool is_verdict = record->type->use == AUDIT_USE_APPARMOR;

	if ((scope->profile && is_plain(scope->profile) && !mentions(record, scope->profile)) ||
	    (!is_verdict && scope->exe && is_plain(scope->exe) && !mentions(record, scope->exe))) {
		import->counts.out_of_scope++;
		return is_verdict ? AUDIT_SKIP : AUDIT_SKIP_EVENT;
	}
	if (!is_verdict || scope->exe || scope->session || scope->since)
		return AUDIT_KEEP;
	verdict_key(&import->key, record);
	if (!known_bits(import->sent, &import->key))
		return AUDIT_KEEP;
	import->counts.used++;
	return AUDIT_SKIP;
}

/* Sent as it is, with no need of a program or session that a later record of its event may tell. */
static void remember(struct audit_import *import, const struct audit_record *record)
{
	verdict_key(&import->key, record);
	known_add(import->sent, &import->key, 1);
}

static int import_verdict(struct audit_import *import, const struct audit_record *record, const char *exe, const char *session)
{
	bool unusable;
	CLEANUP(apparmor_verdict_freep) struct apparmor_verdict *verdict = apparmor_verdict_read(record, &unusable);
	int sent;

	if (!verdict && unusable)
		count_unusable(import, "AppArmor records that cannot be read");
	if (!verdict)
		return 0;
	if (!is_wanted(import->scope->profile, apparmor_verdict_profile(verdict)) || !is_wanted(import->scope->exe, exe) ||
	    !is_wanted(import->scope->session, session)) {
		import->counts.out_of_scope++;
		return 0;
	}
	string_set_add(&import->profiles, apparmor_verdict_profile(verdict));
	sent = apparmor_verdict_send(verdict, exe, &import->sink);
	if (sent == 0) {
		auto_free char *what = xasprintf("AppArmor's '%s', for which no rule is written", apparmor_verdict_operation(verdict));

		count_unusable(import, what);
	}
	import->counts.used += sent > 0;
	if (sent > 0)
		remember(import, record);
	return sent < 0 ? sent : 0;
}

static int import_call(struct audit_import *import, const struct audit_event *event, const struct audit_record *record,
		       const char *exe, const char *session)
{
	auto_free char *subject = apparmor_label(record, "subj");
	int sent;

	if (!is_wanted(import->scope->profile, subject) || !is_wanted(import->scope->exe, exe) ||
	    !is_wanted(import->scope->session, session)) {
		import->counts.out_of_scope++;
		return 0;
	}
	if (session)
		string_set_add(&import->sessions, session);
	sent = record->type->use == AUDIT_USE_CALL ? audit_calls_add(import->calls, event, record, exe)
						   : audit_calls_add_filtered(import->calls, record, exe);
	if (sent == 0)
		count_unusable(import, "calls of an architecture or a number that cannot be read");
	import->counts.used += sent > 0;
	return sent < 0 ? sent : 0;
}

static int import_event(void *context, const struct audit_event *event)
{
	struct audit_import *import = context;
	auto_free char *exe = NULL, *session = NULL;
	int code = 0;

	if (import->choose && !import->choose(import->choose_context, event)) {
		import->counts.out_of_scope += event->count;
		return 0;
	}
	for (size_t i = 0; i < event->count; i++) {	/* of the call, for the verdict that came with it */
		exe = exe ?: field_text(&event->records[i], "exe");
		session = session ?: field_text(&event->records[i], "ses");
	}
	for (size_t i = 0; i < event->count && code >= 0; i++) {
		const struct audit_record *record = &event->records[i];

		if (record->type->use == AUDIT_USE_DETAIL)
			continue;
		if (!is_recent(import, record))
			import->counts.out_of_scope++;
		else if (record->type->use == AUDIT_USE_APPARMOR)
			code = import_verdict(import, record, exe, session);
		else
			code = import_call(import, event, record, exe, session);
	}
	return code;
}
