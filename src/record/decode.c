/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder's frame: entry and exit of a call, and what of it is news. See decode.h. */
#include "record/decode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

/* Keys; some 80 bytes each. */
#define CALLS_LIMIT 16384
#define PATHS_LIMIT 16384
#define EVENTS_LIMIT 32768

#define KNOWN_UNSEEN 4096	/* as an errno: above MAX_ERRNO, include/linux/err.h */

/* ip(7); since Linux 4.11, and 1024 before. */
static unsigned int read_first_free_port(void)
{
	auto_fclose FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	unsigned int port;

	return file && fscanf(file, "%u", &port) == 1 ? port : 1024;
}

struct decoder *decoder_new(const struct event_sink *sink)
{
	struct decoder *decoder = xcalloc(1, sizeof(*decoder));

	decoder->sink = *sink;
	decoder->names = names_new();
	decoder->calls = known_new(CALLS_LIMIT);
	decoder->paths = known_new(PATHS_LIMIT);
	decoder->events = known_new(EVENTS_LIMIT);
	decoder->tasks = task_states_new(decoder->names);
	decoder->resolver = resolver_new();
	decoder->first_free_port = read_first_free_port();
	return decoder;
}

struct decoder *decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return NULL;
	lookup_client_free(decoder->client);
	for (size_t i = 0; i < ARRAY_SIZE(decoder->tables); i++)
		call_table_free(decoder->tables[i]);
	task_states_free(decoder->tasks);
	resolver_free(decoder->resolver);
	known_free(decoder->calls);
	known_free(decoder->paths);
	known_free(decoder->events);
	if (decoder->kinds)
		known_free(decoder->kinds);
	names_free(decoder->names);
	removals_done(&decoder->removals);
	text_done(&decoder->key);
	free(decoder);
	return NULL;
}

void decoder_defer(struct decoder *decoder, struct lookups *lookups)
{
	decoder->client = lookup_client_new(lookups, decoder->resolver);
}

void decoder_is_late(struct decoder *decoder, bool infers)
{
	decoder->late = true;
	decoder->told_of_checks = !infers;
}

void decoder_is_told_of_checks(struct decoder *decoder)
{
	decoder->told_of_checks = true;
}

size_t decoder_waits(const struct decoder *decoder)
{
	return decoder->client ? lookup_client_waits(decoder->client) : 0;
}

bool decoder_gave_up(const struct decoder *decoder)
{
	return decoder->client && lookup_client_gave_up(decoder->client);
}

void decoder_ends(struct decoder *decoder)
{
	if (decoder->client)
		lookup_client_ends(decoder->client);
}

const struct call_table *decoder_table(struct decoder *decoder, const struct arch *abi)
{
	size_t index = (size_t)(abi - arch_at(0));

	if (!decoder->tables[index])
		decoder->tables[index] = call_table_new(abi);
	return decoder->tables[index];
}

uint64_t argument(const struct pending *pending, int index)
{
	return index == NO_ARGUMENT ? 0 : pending->call.args[index];
}

typedef void subject_function(struct decoder *, const struct task *, struct pending *,
			      const struct syscall_access *);

static subject_function decode_stale, decode_multiplexed;

static subject_function *const subjects[SUBJECT_MAX_] = {
	[SUBJECT_PATH] = decode_path,
	[SUBJECT_OPEN] = decode_open,
	[SUBJECT_OPEN_HOW] = decode_open_how,
	[SUBJECT_OPEN_HANDLE] = decode_open_handle,
	[SUBJECT_DESCRIPTOR] = decode_descriptor,
	[SUBJECT_RECORD_LOCK] = decode_record_lock,
	[SUBJECT_MAPPING] = decode_mapping,
	[SUBJECT_PROGRAM] = decode_program,
	[SUBJECT_SOCKET] = decode_socket,
	[SUBJECT_ADDRESS] = decode_address,
	[SUBJECT_MESSAGE] = decode_message,
	[SUBJECT_MESSAGES] = decode_messages,
	[SUBJECT_SOCKET_USE] = decode_socket_use,
	[SUBJECT_SIGNAL] = decode_signal,
	[SUBJECT_SIGNAL_THREAD] = decode_signal_thread,
	[SUBJECT_SIGNAL_PIDFD] = decode_signal_pidfd,
	[SUBJECT_MOUNT] = decode_mount,
	[SUBJECT_TRACE] = decode_trace,
	[SUBJECT_TRACE_PIDFD] = decode_trace_pidfd,
	[SUBJECT_NOTE] = decode_note,
	[SUBJECT_STALE] = decode_stale,
	[SUBJECT_MULTIPLEXED] = decode_multiplexed,
};

/* What a call's registers tell alone. */
static const bool told_late[SUBJECT_MAX_] = {
	[SUBJECT_SOCKET] = true,
	[SUBJECT_NOTE] = true,
};

/* And what can be found out where somebody knows where the caller stood. */
static const bool told_of_past[SUBJECT_MAX_] = {
	[SUBJECT_PATH] = true,
	[SUBJECT_OPEN] = true,
	[SUBJECT_OPEN_HOW] = true,
	[SUBJECT_DESCRIPTOR] = true,
	[SUBJECT_PROGRAM] = true,
};

static bool is_told(const struct decoder *decoder, const struct task *task, enum subject subject)
{
	return !decoder->late || told_late[subject] || (task->past && told_of_past[subject]);
}

static void decode_rows(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	const struct call_row *row = pending->row;

	for (size_t i = 0; i < row->access_count; i++)
		if (syscall_access_holds(row->accesses[i], pending->call.args) &&
		    is_told(decoder, task, row->accesses[i]->subject))
			subjects[row->accesses[i]->subject](decoder, task, pending, row->accesses[i]);
}

static void decode_stale(struct decoder *decoder, const struct task *task, struct pending *pending,
			 const struct syscall_access *access)
{
	(void)decoder;
	(void)task;
	pending->stale |= access->access;
}

/* The call that is meant is decoded in place of the one that was made; the event of that was drafted before. */
static void decode_multiplexed(struct decoder *decoder, const struct task *task, struct pending *pending,
			       const struct syscall_access *access)
{
	uint64_t address = argument(pending, access->arg[0]);
	struct call meant = { .abi = pending->call.abi };
	const struct call_row *made = pending->row;

	/* Not every call has six arguments, and what lies behind the last may be unmapped. */
	for (size_t i = 0; i < ARRAY_SIZE(meant.args); i++)
		if (!read_word(task, meant.abi, &address, &meant.args[i]))
			break;
	pending->row = call_table_by_name(decoder_table(decoder, meant.abi), access->word);
	if (pending->row == made)
		return;
	meant.number = pending->call.number;
	pending->call = meant;
	decode_rows(decoder, task, pending);
}

static struct text *call_key(struct decoder *decoder, const struct pending *pending, uint64_t code)
{
	const struct event_syscall *syscall = &pending->syscall;
	struct text *key = &decoder->key;
	const uint64_t head[] = {
		syscall->number, (uint64_t)(syscall->abi - arch_at(0)) << 40 | (uint64_t)pending->phase << 32 |
				 names_number(decoder->names, pending->by), code,
	};

	text_clear(key);
	text_add(key, head, sizeof(head));
	for (size_t i = 0; i < syscall->arg_count; i++)
		text_add(key, &syscall->args[i].value, sizeof(syscall->args[i].value));
	return key;
}

bool call_has_succeeded(struct decoder *decoder, const struct task *task, const struct call *call)
{
	struct pending made = { .phase = task->phase, .syscall = { .abi = call->abi, .number = call->number } };

	made.by = names_keep(decoder->names, task->by);
	return known_bits(decoder->calls, call_key(decoder, &made, 0));
}

static void draft_call(const struct task *task, struct pending *pending, const struct call *call)
{
	struct event_syscall *syscall = &pending->syscall;

	syscall->abi = call->abi;
	syscall->number = call->number;
	for (size_t i = 0; i < pending->row->argument_count; i++) {
		const struct syscall_argument *row = pending->row->arguments[i];
		uint64_t value = call->args[row->index & ~ARGUMENT_POINTED_TO];

		if ((row->index & ARGUMENT_POINTED_TO) &&
		    task->read_memory(task->context, value, &value, sizeof(value)) != sizeof(value))
			continue;
		syscall->args[syscall->arg_count++] = (struct event_argument){ row->name, value & row->mask };
	}
}

/* sigreturn(2): it never returns; where others leave their result, the interrupted call's stands again. */
static bool cannot_fail(const char *name)
{
	return name && (strcmp(name, "rt_sigreturn") == 0 || strcmp(name, "sigreturn") == 0);
}

bool is_value(const struct value_memory *value, const struct event_syscall *syscall, const char *by, enum phase phase)
{
	return value->abi == syscall->abi && value->number == syscall->number && value->by == by && value->phase == phase;
}

static void remember_value(struct decoder *decoder, const struct pending *pending)
{
	const struct event_syscall *syscall = &pending->syscall;

	if (syscall->arg_count != 1 || decoder->value_count == VALUES_MAX)
		return;
	for (size_t i = 0; i < decoder->value_count; i++)
		if (is_value(&decoder->values[i], syscall, pending->by, pending->phase) &&
		    decoder->values[i].value == syscall->args[0].value)
			return;
	decoder->values[decoder->value_count++] = (struct value_memory){
		syscall->abi, syscall->number, syscall->args[0].value, pending->by, pending->phase,
	};
}

static void send_call(struct decoder *decoder, const struct pending *pending, bool seen, int64_t raw_result)
{
	int64_t result = raw_result < 0 && cannot_fail(pending->row->name) ? 0 : raw_result;
	struct text *key = call_key(decoder, pending, !seen ? KNOWN_UNSEEN : result < 0 ? (uint64_t)-result : 0);
	struct event event = {
		.kind = EVENT_SYSCALL, .phase = pending->phase, .by = pending->by, .syscall = pending->syscall,
	};

	if (known_bits(decoder->calls, key))
		return;
	known_add(decoder->calls, key, 1);
	if (seen && result >= 0)
		remember_value(decoder, pending);
	event.syscall.has_result = seen;
	event.syscall.result = seen ? result : 0;
	decoder->told++;
	if (!decoder->code)
		decoder->code = decoder->sink.on_event(decoder->sink.context, &event);
}

/* A program for another ABI than the machine's own asks for more than its calls: for the ABI itself. */
struct event foreign_abi(const struct arch *abi, struct foreign_abi_words *words)
{
	snprintf(words->code, sizeof(words->code), "abi-%s", abi->name);
	snprintf(words->text, sizeof(words->text), "calls of the %s ABI were made beside those of the machine's own", abi->name);
	return (struct event){ .kind = EVENT_NOTE, .note = { .code = words->code, .text = words->text } };
}

static void note_foreign_abi(struct decoder *decoder, const struct pending *pending)
{
	struct foreign_abi_words words;
	struct event event = foreign_abi(pending->syscall.abi, &words);

	if (pending->syscall.abi != arch_native())
		send_event(decoder, pending, &event);
}

static struct pending *free_pending(struct pending *pending)
{
	if (pending)
		drafts_free(pending);
	free(pending);
	return NULL;
}

static void forget_stale(struct decoder *decoder, pid_t tid, uint32_t stale)
{
	if (stale & STALE_FOLDER) {
		decoder->places_changed++;
		task_states_moved(decoder->tasks);
	}
	if (stale & STALE_CREDENTIALS)
		task_states_new_credentials(decoder->tasks, tid);
	if (stale & STALE_MODES && decoder->modes_overridden)
		known_clear(decoder->paths);
	if (stale & (STALE_NAMES | STALE_NAMES_OF_MANY)) {
		decoder->names_changed++;
		known_clear(decoder->paths);
		resolver_forget_mounts(decoder->resolver);
	}
}

/* Who is blind to results does not see either when a call takes effect: some time before its caller's next call. */
static void settle_last_call(struct decoder *decoder, pid_t tid)
{
	uint32_t *unsettled = task_unsettled(decoder->tasks, tid);

	if (!*unsettled)
		return;
	if (*unsettled & STALE_NAME_GONE)
		removals_end(&decoder->removals, tid);
	forget_stale(decoder, tid, *unsettled);
	*unsettled = 0;
}

void decoder_forget(struct decoder *decoder, pid_t tid)
{
	if (decoder->client)
		settle_last_call(decoder, tid);
	task_states_forget(decoder->tasks, tid);
}

void decoder_inherit(struct decoder *decoder, pid_t child, pid_t parent)
{
	task_states_inherit(decoder->tasks, child, parent);
}

/* Its name is missing, and the call does not make it, or has no folder to make it in. */
static bool is_missing(const struct draft *draft)
{
	bool makes_it = draft->event.file.access & (ACCESS_CREATE | ACCESS_LINK_TO | ACCESS_RENAME_TO);

	return draft->file.absent && !(makes_it && draft->file.has_parent);
}

/* What is known to be missing now the call cannot take away: it fails. Redis unlinks what it could not open. */
static bool fails_for_sure(const struct pending *pending)
{
	for (const struct draft *draft = pending->drafts; draft; draft = draft->next)
		if (draft->event.kind == EVENT_FILE && !draft->deferred && is_missing(draft))
			return true;
	return false;
}

static void unsettle(struct decoder *decoder, const struct task *task, const struct pending *pending)
{
	bool takes_nothing = fails_for_sure(pending);
	uint32_t stale = pending->stale;

	for (size_t i = 0; i < pending->row->access_count && !takes_nothing; i++) {
		const struct syscall_access *access = pending->row->accesses[i];
		auto_free char *path = NULL;

		if (access->subject != SUBJECT_PATH ||
		    !(access->access & (ACCESS_DELETE | ACCESS_RENAME_FROM | ACCESS_RENAME_TO)))
			continue;
		path = read_string(task, argument(pending, access->arg[0]));
		removals_begin(&decoder->removals, task->tid, path);
		stale |= STALE_NAME_GONE;
	}
	if (stale & STALE_NAMES) {
		removals_begin(&decoder->removals, task->tid, NULL);
		stale |= STALE_NAME_GONE;
	}
	*task_unsettled(decoder->tasks, task->tid) = stale;
}

/* With which result the call is known when no more can be told of it. */
static uint64_t last_result(const struct decoder *decoder, const struct call *call)
{
	if (!decoder->client)
		return 0;
	return call->refusal ? (uint64_t)call->refusal : KNOWN_UNSEEN;
}

int decode_entry(struct decoder *decoder, const struct task *task, const struct call *call, struct pending **ret)
{
	struct pending *pending = xcalloc(1, sizeof(*pending));

	if (decoder->client)
		settle_last_call(decoder, task->tid);
	pending->end = &pending->drafts;
	pending->call = *call;
	pending->row = call_table_find(decoder_table(decoder, call->abi), call->number);
	pending->by = names_keep(decoder->names, task->by);
	pending->phase = task->phase;
	decoder->caller = task;
	decoder->may_differ_again = false;
	draft_call(task, pending, call);
	pending->call_is_news = !known_bits(decoder->calls, call_key(decoder, pending, last_result(decoder, call)));
	if (pending->call_is_news)
		note_foreign_abi(decoder, pending);
	decode_rows(decoder, task, pending);
	if (!decoder->told_of_checks)
		decode_capabilities(decoder, task, pending);
	for (struct draft *draft = pending->drafts; draft; draft = draft->next) {
		/* A thousand calls may wait at a time: none may hold a descriptor. */
		if (draft->file.fd >= 0)
			close(steal_fd(&draft->file.fd));
		pending->names_of_many |= draft->deferred;	/* for all that is known */
	}
	if (!pending->names_of_many)
		pending->stale &= ~(uint32_t)STALE_NAMES_OF_MANY;
	if (decoder->client)
		unsettle(decoder, task, pending);
	if (!pending->call_is_news && !pending->drafts && !pending->stale)
		pending = free_pending(pending);
	*ret = pending;
	return decoder->code;
}

bool decode_same_again(const struct decoder *decoder)
{
	return !decoder->may_differ_again;
}

uint32_t decode_place(struct decoder *decoder, const struct task *task)
{
	const uint32_t root = task_root(decoder->tasks, task->tid), folder = task_folder(decoder->tasks, task->tid);
	char place[64];

	if (!root || !folder)
		return 0;
	snprintf(place, sizeof(place), "place %u %d %u %u", names_number(decoder->names, task->by), (int)task->phase, root, folder);
	return names_number(decoder->names, place);
}

struct decode_changes decode_changes(const struct decoder *decoder)
{
	return (struct decode_changes){ decoder->names_changed, decoder->places_changed };
}

bool decode_needs_files(struct decoder *decoder, const struct call *call)
{
	const struct call_row *row = call_table_find(decoder_table(decoder, call->abi), call->number);

	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->subject <= SUBJECT_PROGRAM && syscall_access_holds(row->accesses[i], call->args))
			return true;
	return false;
}

/* Without a result: what the names tell. Nothing is made out of something that is missing. */
static enum outcome outcome_unseen(const struct pending *pending, const struct draft *draft)
{
	const struct draft *named = draft->path_of ?: draft;
	bool missing = is_missing(named);

	for (const struct draft *other = pending->drafts; other && named->file.absent && !missing; other = other->next)
		missing = is_missing(other);
	return missing ? OUTCOME_ABSENT : OUTCOME_UNKNOWN;
}

/* ENOENT of a call with two paths is about the one that is not there. */
static enum outcome outcome_of(const struct pending *pending, const struct draft *draft,
			       const struct conclusion *conclusion)
{
	bool other_is_absent = false;

	if (!conclusion->seen)
		return outcome_unseen(pending, draft);
	if (conclusion->outcome != OUTCOME_ABSENT || !draft->found)
		return conclusion->outcome;
	for (const struct draft *other = pending->drafts; other; other = other->next)
		other_is_absent |= other->file.absent;
	return other_is_absent ? OUTCOME_UNKNOWN : OUTCOME_ABSENT;
}

void conclude(struct decoder *decoder, struct pending *pending, const struct conclusion *conclusion)
{
	const struct past *past = conclusion->task->past;

	if (decoder->client && !conclusion->seen)	/* what was refused is not worth another look */
		defer_drafts(decoder, conclusion->task, pending);
	if (pending->call_is_news)
		send_call(decoder, pending, conclusion->seen, conclusion->result);
	for (struct draft *draft = pending->drafts; draft; draft = draft->next) {
		bool send = draft->event.kind != EVENT_KIND_MAX_;

		if (send)
			set_outcome(&draft->event, outcome_of(pending, draft, conclusion));
		if (draft->finish)
			send = draft->finish(decoder, pending, draft, conclusion) && send;
		if (send)
			send_event(decoder, pending, &draft->event);
	}
	forget_stale(decoder, conclusion->task->tid, pending->stale);
	if (past && pending->stale & (STALE_NAMES | STALE_NAMES_OF_MANY))
		past->renamed(conclusion->task->context);
	else if (past && is_past_known(pending, conclusion))
		past->known(conclusion->task->context, pending->drafts->next ? NULL : pending->drafts->event.file.path);
}

uint64_t decode_told(const struct decoder *decoder)
{
	return decoder->told;
}

bool decode_has_more(const struct pending *pending)
{
	return pending->drafts;
}

int decode_exit(struct decoder *decoder, const struct task *task, struct pending *pending, int64_t result)
{
	const struct conclusion conclusion = {
		.task = task, .seen = true, .result = result, .outcome = outcome_from_result(result),
	};

	if (pending)
		conclude(decoder, pending, &conclusion);
	free_pending(pending);
	return decoder->code;
}

void decode_drop(struct pending *pending)
{
	free_pending(pending);
}

int decode_unseen(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	const struct conclusion conclusion = { .task = task, .outcome = OUTCOME_UNKNOWN };

	if (pending)
		conclude(decoder, pending, &conclusion);
	free_pending(pending);
	return decoder->code;
}
