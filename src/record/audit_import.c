/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_import.h: scope, and one function for each kind of record that makes sense by itself. */
#include "snug/audit_import.h"

#include <ctype.h>
#include <string.h>

#include "record/audit_apparmor.h"
#include "record/audit_call.h"
#include "record/audit_container.h"
#include "record/audit_known.h"
#include "record/audit_log.h"
#include "record/audit_repeat.h"
#include "snug/memory.h"

#define SEEN_MAX 16384		/* of some 200 bytes */
#define SEEN_LENGTH_MAX 2048	/* bytes: what says more is read each time */
#define KINDS_MAX 256		/* of what cannot be used */
#define SUBJECTS_MAX 16		/* profiles and sessions that are named to the user */

/* What records of the scope have in them. */
struct wanted {
	const char *words;	/* borrowed; NULL = they may stand there in another way, or anything is wanted */
	size_t length, rare;	/* index of the byte that records have least of */
};

struct audit_import {
	const struct audit_scope *scope;
	struct wanted profile, exe, session;
	struct event_sink sink;
	struct audit_log *log;		/* owned */
	struct audit_calls *calls;	/* owned */
	struct audit_container *container;	/* owned; NULL = all processes */
	char *(*resolve)(void *context, pid_t pid, const char *path, bool last_stays);
	void *resolve_context;
	int (*is_member)(void *context, const struct audit_target *target);
	void *member_context;
	bool (*choose)(void *context, const struct audit_event *event);
	void *choose_context;
	struct map *unusable;		/* owned */
	struct map *seen;		/* owned; records that stand for themselves, as what stays of them → the counter that they raised */
	struct audit_callers *callers;	/* owned */
	struct audit_known *known;	/* owned */
	struct audit_repeats *repeats;	/* owned; events that do not */
	struct audit_words words;	/* scratch */
	struct text key;		/* scratch */
	char *session_field;		/* owned; "ses=N" of the scope, NULL = any */
	struct string_set profiles, sessions;
	uint64_t no_verdict;		/* AppArmor's records that tell of no access; nobody asks */
	struct audit_import_counts counts;
};

static const char other_kinds[] = "records of other kinds";
static const char unreadable_calls[] = "calls of an architecture or a number that cannot be read";

static struct wanted wanted_of(const char *words);
static int import_event(void *context, const struct audit_event *event);
/* With a container asked for, records of others tell who its processes are, and whether an event is in scope shows when it is whole. */
static enum audit_answer judge(void *context, const struct audit_record *record);

/* Stays where it is as long as the import lives. */
static uint64_t *unusable(struct audit_import *import, const char *what)
{
	uint64_t *known = map_get(import->unusable, what, strlen(what));
	void **slot;

	if (known)
		return known;
	if (map_count(import->unusable) >= KINDS_MAX)
		what = other_kinds;
	slot = map_slot(import->unusable, what, strlen(what));
	if (!*slot)
		*slot = xcalloc(1, sizeof(uint64_t));
	return *slot;
}

static int pass_on(void *context, const struct event *event)
{
	struct audit_import *import = context;
	bool may_be_known = event->kind == EVENT_SYSCALL && !import->choose;	/* who chooses, tells phases apart */
	int code;

	if (may_be_known && audit_known_has(import->known, event))
		return 0;
	code = import->sink.on_event(import->sink.context, event);
	if (may_be_known && code >= 0)
		audit_known_add(import->known, event);
	return code;
}

static void count_unknown(void *context, const char *what)
{
	++*unusable(context, what);
}

static void forget(void *context)
{
	struct audit_import *import = context;

	audit_calls_forget(import->calls);
}

static char *resolve(void *context, pid_t pid, const char *start, const char *name, bool last_stays)
{
	struct audit_import *import = context;
	auto_free char *path = import->resolve ? xasprintf("%s/%s", start, name) : NULL;

	return path ? import->resolve(import->resolve_context, pid, path, last_stays) : NULL;
}

/* A log tells no more of it than the calls that it has. */
static int is_member(void *context, const struct audit_target *target)
{
	const struct audit_import *import = context;

	return import->is_member ? import->is_member(import->member_context, target) : -1;
}

struct audit_import *audit_import_new(const struct audit_scope *scope, const struct event_sink *sink)
{
	struct audit_import *import = xcalloc(1, sizeof(*import));

	import->scope = scope;
	import->sink = *sink;
	import->log = audit_log_new(&(struct audit_log_hooks){ import, scope->container, judge, import_event, forget });
	import->container = scope->container ? audit_container_new(scope->container) : NULL;
	import->seen = map_new(NULL);
	import->callers = audit_callers_new();
	import->known = audit_known_new();
	import->repeats = audit_repeats_new();
	if (scope->session)
		import->session_field = xasprintf("ses=%s", scope->session);
	import->profile = wanted_of(scope->profile);
	import->exe = wanted_of(scope->exe);
	import->session = wanted_of(import->session_field);
	import->calls = audit_calls_new(&(struct audit_call_hooks){ { pass_on, import }, import, count_unknown, resolve, is_member });
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
	audit_container_free(import->container);
	map_free(import->seen);
	audit_callers_free(import->callers);
	audit_known_free(import->known);
	audit_repeats_free(import->repeats);
	free(import->session_field);
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

void audit_import_members(struct audit_import *import, int (*is_one)(void *, const struct audit_target *), void *context)
{
	import->is_member = is_one;
	import->member_context = context;
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

		*unusable(import, what) += *count;
		*count = 0;
	}
	import->counts.lines = log->lines;
	import->counts.abi = audit_calls_abi(import->calls);
	import->counts.container_met = import->container && audit_container_is_met(import->container);
	import->counts.torn = log->torn;
	import->counts.too_long = log->too_long;
	import->counts.dropped = log->dropped;
	return &import->counts;
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

static struct wanted wanted_of(const char *words)
{
	static const char common[] = "0123456789abcdef= \"_usigrtnoplm()/";	/* of a SYSCALL record */
	struct wanted wanted = { .words = words };

	for (; words && words[wanted.length]; wanted.length++) {
		char c = words[wanted.length];

		if (c <= ' ' || c > '~' || c == '"')	/* in hexadecimal, then */
			return (struct wanted){ 0 };
		if (!strchr(common, c))
			wanted.rare = wanted.length;
	}
	return wanted;
}

/* memmem() by the rare byte: most records are not about it. */
static bool may_mention(const struct audit_record *record, const struct wanted *wanted)
{
	const char *p = record->body, *end = p + record->length;

	for (; (p = memchr(p, wanted->words[wanted->rare], (size_t)(end - p))); p++) {
		const char *start = p - wanted->rare;

		if (start >= record->body && (size_t)(end - start) >= wanted->length &&
		    memcmp(start, wanted->words, wanted->length) == 0)
			return true;
	}
	return false;
}

/* What differs each time that the same is told: the process, and where in it a call was made. In the order of the records; a value that
 * has such words in it is never written in quotes, but in hexadecimal (audit_log_untrustedstring()). */
static const struct {
	enum audit_use use;
	const char *before;
} changing[] = {
	{ AUDIT_USE_APPARMOR, " pid=" },
	{ AUDIT_USE_SECCOMP, " pid=" },
	{ AUDIT_USE_SECCOMP, " ip=" },
};

/* Behind `words`, which end in '='; NULL when they are not there. */
static const char *behind(const char *from, const char *end, const char *words)
{
	size_t length = strlen(words);
	const char *at = from;

	while ((at = memchr(at, '=', (size_t)(end - at)))) {
		at++;
		if ((size_t)(at - from) >= length && at[-2] == words[length - 2] && memcmp(at - length, words, length) == 0)
			return at;
	}
	return NULL;
}

static void read_key(struct text *key, const struct audit_record *record)
{
	const char *from = record->body, *end = from + record->length;

	text_clear(key);
	text_putc(key, (char)record->type->use);
	for (size_t i = 0; i < ARRAY_SIZE(changing); i++) {
		const char *at = record->type->use == changing[i].use ? behind(from, end, changing[i].before) : NULL;

		if (!at)
			continue;
		text_add(key, from, (size_t)(at - from));
		for (from = at; from < end && (isxdigit((unsigned char)*from) || *from == 'x'); from++)
			;
	}
	text_add(key, from, (size_t)(end - from));
}

/* A filter's record tells all that is asked of it; AppArmor's has program and session in the record of its call. Of whom it
 * speaks, where that is asked, only its process tells. */
static bool stands_alone(const struct audit_import *import, const struct audit_record *record)
{
	if (import->choose || import->container)
		return false;
	return record->type->use == AUDIT_USE_SECCOMP ||
	       (record->type->use == AUDIT_USE_APPARMOR && !import->scope->exe && !import->scope->session);
}

/* What became of a record will become of all that say the same. */
static void raise_counter(struct audit_import *import, const struct audit_record *record, uint64_t *counter)
{
	++*counter;
	if (!stands_alone(import, record))
		return;
	if (map_count(import->seen) >= SEEN_MAX) {
		map_free(import->seen);
		import->seen = map_new(NULL);
	}
	read_key(&import->key, record);
	if (import->key.length > SEEN_LENGTH_MAX)
		return;
	*map_slot(import->seen, import->key.data, import->key.length) = counter;
}

/* Only what the scope needs nothing else for: with a program or a session asked for, an AppArmor record waits for its call. */
static bool may_be_in_scope(const struct audit_import *import, const struct audit_record *record)
{
	if (!is_recent(import, record) || (import->profile.length && !may_mention(record, &import->profile)))
		return false;
	return record->type->use == AUDIT_USE_APPARMOR ||
	       ((!import->exe.length || may_mention(record, &import->exe)) &&
		(!import->session.length || may_mention(record, &import->session)));
}

static enum audit_answer judge(void *context, const struct audit_record *record)
{
	struct audit_import *import = context;
	uint64_t *counter;

	if (!import->container && !may_be_in_scope(import, record)) {
		import->counts.out_of_scope++;
		return record->type->use == AUDIT_USE_APPARMOR ? AUDIT_SKIP : AUDIT_SKIP_EVENT;
	}
	if (!stands_alone(import, record))
		return AUDIT_KEEP;
	read_key(&import->key, record);
	counter = map_get(import->seen, import->key.data, import->key.length);
	if (!counter)
		return AUDIT_KEEP;
	++*counter;
	return AUDIT_SKIP;
}

static bool is_in_scope(const struct audit_import *import, const char *profile, const char *exe, const char *session)
{
	const struct audit_scope *scope = import->scope;

	return is_wanted(scope->profile, profile) && is_wanted(scope->exe, exe) && is_wanted(scope->session, session);
}

/* What it is counted as; `*ret_code` is the sink's. */
static uint64_t *import_verdict(struct audit_import *import, const struct audit_record *record, const char *exe,
				const char *session, int *ret_code)
{
	bool is_broken;
	CLEANUP(apparmor_verdict_freep) struct apparmor_verdict *verdict = apparmor_verdict_read(record, &is_broken);
	auto_free char *what = NULL;

	if (!verdict)
		return is_broken ? unusable(import, "AppArmor records that cannot be read") : &import->no_verdict;
	if (!is_in_scope(import, apparmor_verdict_profile(verdict), exe, session))
		return &import->counts.out_of_scope;
	string_set_add(&import->profiles, apparmor_verdict_profile(verdict));
	*ret_code = apparmor_verdict_send(verdict, exe, &import->sink);
	if (*ret_code)
		return &import->counts.used;
	what = xasprintf("AppArmor's '%s', for which no rule is written", apparmor_verdict_operation(verdict));
	return unusable(import, what);
}

static uint64_t *import_filtered(struct audit_import *import, const struct audit_record *record, const char *exe,
				 const char *session, int *ret_code)
{
	auto_free char *subject = apparmor_label(record, "subj");

	if (!is_in_scope(import, subject, exe, session))
		return &import->counts.out_of_scope;
	if (session)
		string_set_add(&import->sessions, session);
	*ret_code = audit_calls_add_filtered(import->calls, record, exe);
	return *ret_code ? &import->counts.used : unusable(import, unreadable_calls);
}

/* `words`: of the event, NULL = it is not to be remembered. */
static int add_call(struct audit_import *import, const struct audit_event *event, const struct audit_record *record,
		    const char *exe, const char *session, struct audit_words *words)
{
	CLEANUP(audit_effect_done) struct audit_effect effect = { .is_wanted = words && audit_repeats_want(import->repeats, words) };
	int sent;

	if (session)
		string_set_add(&import->sessions, session);
	sent = audit_calls_add(import->calls, event, record, words ? &words->head : NULL, exe, &effect);
	++*(sent ? &import->counts.used : unusable(import, unreadable_calls));
	if (sent > 0 && effect.is_wanted && !effect.cannot_repeat)
		audit_repeats_add(import->repeats, words, event, &effect);
	return sent;
}

static int import_call(struct audit_import *import, const struct audit_event *event, const struct audit_record *record,
		       const char *exe, const char *session)
{
	auto_free char *subject = apparmor_label(record, "subj");

	if (is_in_scope(import, subject, exe, session))
		return add_call(import, event, record, exe, session, NULL);
	import->counts.out_of_scope++;
	return 0;
}

static int import_record(struct audit_import *import, const struct audit_event *event, const struct audit_record *record,
			 const char *exe, const char *session)
{
	uint64_t *counter;
	int code = 0;

	switch (record->type->use) {
	case AUDIT_USE_CALL:
		return import_call(import, event, record, exe, session);
	case AUDIT_USE_SECCOMP:
		counter = import_filtered(import, record, exe, session, &code);
		break;
	case AUDIT_USE_APPARMOR:
		counter = import_verdict(import, record, exe, session, &code);
		break;
	default:
		return 0;
	}
	raise_counter(import, record, counter);
	return code;
}

/* Of a call as most logs tell them: what became of another before becomes of this one. */
static int import_usual(struct audit_import *import, const struct audit_event *event, struct audit_words *words)
{
	struct audit_caller *caller = words->caller;
	const struct audit_record *call = event->records;
	bool is_short;
	int code;

	if (!caller->is_known)
		caller->is_in_scope = is_in_scope(import, caller->subject, caller->exe, caller->session);
	caller->is_known = true;
	if (!caller->is_in_scope) {
		import->counts.out_of_scope++;
		return 0;
	}
	is_short = audit_words_read(words, import->repeats, event);
	if (is_short && audit_repeats_apply(import->repeats, words, import->calls)) {
		import->counts.used++;
		return 0;
	}
	while (call->type->use != AUDIT_USE_CALL)
		call++;
	code = add_call(import, event, call, caller->exe, caller->session, is_short ? words : NULL);
	return code < 0 ? code : 0;
}

/* Whether an event is one that somebody else must be asked about, and is not for him. */
static bool is_anothers(struct audit_import *import, const struct audit_event *event)
{
	if ((import->choose && !import->choose(import->choose_context, event)) ||
	    (import->container && !audit_container_has(import->container, event)))
		return true;
	return import->container && event->count && !is_recent(import, &event->records[0]);
}

static int import_event(void *context, const struct audit_event *event)
{
	struct audit_import *import = context;
	auto_free char *exe = NULL, *session = NULL;
	int code = 0;

	if (is_anothers(import, event)) {
		import->counts.out_of_scope += event->count;
		return 0;
	}
	/* Where a path leads is asked each time. */
	if (!import->resolve && audit_words_begin(&import->words, import->callers, event))
		return import_usual(import, event, &import->words);
	for (size_t i = 0; i < event->count; i++) {	/* of the call, for the verdict that came with it */
		const struct audit_record *record = &event->records[i];

		if (record->type->use == AUDIT_USE_DETAIL || record->type->use == AUDIT_USE_ARGUMENTS)
			continue;
		exe = exe ?: audit_field_string(record, "exe");
		session = session ?: audit_field_string(record, "ses");
	}
	for (size_t i = 0; i < event->count && code >= 0; i++)
		code = import_record(import, event, &event->records[i], exe, session);
	return code < 0 ? code : 0;
}
