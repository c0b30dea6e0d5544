/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts of runs to facts that can be committed: the same bytes on another day, for another user, on another machine.
 *
 * One row a section says what is changed in a copy of each entry before it is absorbed; a section without a row is left out.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/digest.h"
#include "snug/endpoint.h"
#include "snug/memory.h"
#include "trace/section.h"

struct reducer {
	const struct trace_reduction *how;
	struct trace *into;
	/* Of the entry in hand: */
	struct string_set by, runs, bound, connected;
	struct text first, second;
};

static void reducer_clear(struct reducer *r)
{
	string_set_done(&r->by);
	string_set_done(&r->bound);
	string_set_done(&r->connected);
	text_clear(&r->first);
	text_clear(&r->second);
}

/* --- paths -------------------------------------------------------------------- */

/* A path in an entry that is no file: the pattern is its text. `room` holds it. */
static char *shown_path(struct reducer *r, char *path, struct text *room)
{
	const struct trace_file file = { .path = path, .kinds = KIND_BIT(FILE_KIND_FILE) };

	if (!path || path[0] != '/' || r->how->fate(r->how->context, &file, room) == PATH_STAYS)
		return path;
	return room->data;
}

static void reduce_evidence(struct reducer *r, struct evidence *evidence)
{
	r->by.limit = TRACE_BY_MAX;
	r->by.more = evidence->by->more;
	for (size_t i = 0; i < evidence->by->count; i++) {
		CLEANUP(text_done) struct text room = TEXT_EMPTY;

		string_set_add(&r->by, shown_path(r, evidence->by->items[i], &room));
	}
	*evidence = (struct evidence){ &r->by, &r->runs };
}

/* --- entries: each returns false to leave it out ---------------------------------- */

/* Does the use say something of what a container is to be given? The kernel's own checks, and those whose answer
 * changed nothing, come and go with memory, storage and kernel. */
static bool asks_for_something(const struct trace_capability *seen)
{
	const struct capability_fact fact = trace_capability_fact(seen);
	enum capability_verdict verdict = capability_verdict(&fact);

	return (seen->marks & CHECK_DROPPED) ||
	       (verdict != VERDICT_KERNEL && verdict != VERDICT_HARMLESS && verdict != VERDICT_OTHER_USERNS);
}

static bool reduce_capability(struct reducer *r, union entry *entry)
{
	struct trace_capability *seen = &entry->capability;

	if (!asks_for_something(seen))
		return false;
	/* Whether a recorder saw the call end is chance; one that was granted counts the same. */
	if (seen->granted && seen->outcome != OUTCOME_REFUSED)
		seen->outcome = OUTCOME_OK;
	reduce_evidence(r, &seen->evidence);
	return true;
}

static bool reduce_exec(struct reducer *r, union entry *entry)
{
	entry->exec.from = shown_path(r, entry->exec.from, &r->first);
	entry->exec.to = shown_path(r, entry->exec.to, &r->second);
	reduce_evidence(r, &entry->exec.evidence);
	return true;
}

/* What a pattern for everything below a folder stands for matches folders, too. */
static bool ends_in_tree(const struct text *pattern)
{
	return pattern->length > 2 && strcmp(pattern->data + pattern->length - 2, "**") == 0;
}

/* What was not there, what was refused and what was only looked at asks for nothing; and a stat() comes by chance, as when
 * another process waits for a file. */
static bool reduce_file(struct reducer *r, union entry *entry)
{
	struct trace_file *file = &entry->file;
	enum path_fate fate;

	file->access &= ~(uint32_t)ACCESS_FREE;
	if (!file->access || (file->outcome != OUTCOME_OK && file->outcome != OUTCOME_UNKNOWN))
		return false;
	fate = r->how->fate(r->how->context, file, &r->first);
	if (fate == PATH_IS_COVERED)
		return false;
	if (fate == PATH_BECOMES_PATTERN) {
		file->path = r->first.data;
		file->pattern = true;
		if (ends_in_tree(&r->first))
			file->kinds = KIND_BIT(FILE_KIND_FILE);
	}
	reduce_evidence(r, &file->evidence);
	return true;
}

static bool reduce_mount(struct reducer *r, union entry *entry)
{
	reduce_evidence(r, &entry->mount.evidence);
	return true;
}

/* "10.0.0.5:5432" to "other:5432", in the forms that endpoint_of() reads back. */
static void reduce_addresses(struct string_set *into, const struct string_set *from)
{
	static const char *const hosts[] = { [ENDPOINT_ANY] = "0.0.0.0", [ENDPOINT_LOOPBACK] = "127.0.0.1",
					     [ENDPOINT_OTHER] = "other" };

	into->limit = TRACE_ADDRESSES_MAX;
	for (size_t i = 0; i < from->count; i++) {
		struct endpoint endpoint = endpoint_of(from->items[i]);
		auto_free char *address = xasprintf("%s:%d", hosts[endpoint.host], endpoint.port);

		if (endpoint.port != ENDPOINT_NO_PORT)
			string_set_add(into, address);
	}
}

static bool reduce_network(struct reducer *r, union entry *entry)
{
	struct trace_network *network = &entry->network;

	reduce_addresses(&r->bound, &network->bound);
	reduce_addresses(&r->connected, &network->connected);
	network->bound = r->bound;
	network->connected = r->connected;
	reduce_evidence(r, &network->evidence);
	return true;
}

bool trace_note_is_of_recording(const char *code)
{
	static const char *const codes[] = { "fast", "interrupted", "killed", "newer-calls", "unanswered" };
	size_t length = strcspn(code, ":");

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strlen(codes[i]) == length && strncmp(codes[i], code, length) == 0)
			return true;
	return false;
}

static bool reduce_note(struct reducer *r, union entry *entry)
{
	if (trace_note_is_of_recording(entry->note.code))
		return false;
	entry->note.runs = &r->runs;
	entry->note.count = 0;
	return true;
}

static bool reduce_ptrace(struct reducer *r, union entry *entry)
{
	reduce_evidence(r, &entry->ptrace.evidence);
	return true;
}

static bool reduce_signal(struct reducer *r, union entry *entry)
{
	reduce_evidence(r, &entry->signal.evidence);
	return true;
}

static bool reduce_socket(struct reducer *r, union entry *entry)
{
	char *address = entry->socket.address;

	if (address && address[0] == '@') {
		endpoint_abstract(&r->first, address);
		entry->socket.address = r->first.data;
	} else {
		entry->socket.address = shown_path(r, address, &r->first);
	}
	reduce_evidence(r, &entry->socket.evidence);
	return true;
}

/* Which of a runtime's threads and files it was is not the container's. */
static bool reduce_syscall(struct reducer *r, union entry *entry)
{
	struct trace_syscall *call = &entry->syscall;
	static const struct string_set nobody = STRING_SET_EMPTY;
	enum call_fate fate = r->how->call_fate(r->how->context, call);

	if (fate == CALL_IS_LEFT_OUT)
		return false;
	if (fate == CALL_WORKED) {
		call->ok = true;
		call->errnos = nobody;
	}
	reduce_evidence(r, &call->evidence);
	if (call->phase == PHASE_RUNTIME)
		call->evidence.by = &nobody;
	return true;
}

static const struct {
	const char *key;
	bool (*reduce)(struct reducer *r, union entry *entry);
} section_rows[] = {
	{ "capabilities", reduce_capability }, { "execs", reduce_exec }, { "files", reduce_file }, { "mounts", reduce_mount },
	{ "network", reduce_network }, { "notes", reduce_note }, { "ptraces", reduce_ptrace }, { "signals", reduce_signal },
	{ "sockets", reduce_socket }, { "syscalls", reduce_syscall },
};

/* Who did it first in earlier facts has done it: that another of several programs was faster this time is no news. */
static void keep_witnesses(struct reducer *r, const struct section *section, union entry *entry)
{
	const void *known = r->how->known ? trace_lookup((struct trace *)r->how->known, section, entry) : NULL;

	for (const struct field *field = section->fields; known && field->key; field++)
		if (strcmp(field->key, "by") == 0)
			*(const struct string_set **)field_at(field, entry) = *(const struct string_set *const *)field_at(field, known);
}

static void reduce_section(struct reducer *r, struct trace *from, const struct section *section,
			   bool (*reduce)(struct reducer *r, union entry *entry))
{
	struct map *entries = section_map(from, section);

	for (size_t i = 0; i < map_count(entries); i++) {
		union entry copy = { 0 };

		memcpy(&copy, map_value_at(entries, i), section->entry_size);
		if (reduce(r, &copy)) {
			keep_witnesses(r, section, &copy);
			trace_absorb(r->into, section, &copy);
		}
		reducer_clear(r);
	}
}

/* --- runs ------------------------------------------------------------------------- */

static const char *program_of(const struct trace_run *run)
{
	const char *command = text_cstr(&run->command), *slash = strrchr(command, '/');

	return slash && slash[1] ? slash + 1 : command;
}

/* The same for all runs that a policy cannot tell apart. */
static char *id_of(const struct trace_run *run)
{
	auto_free char *what = xasprintf("%s\n%s\n%s\n%d", run->abi ? run->abi : "", program_of(run), run->image ? run->image : "",
					 run->no_new_privs);

	return xasprintf("facts-%016" PRIx64, digest_of(what, strlen(what)));
}

/* Labels that say what the service is in its repository, and nothing of a machine. */
static const char *const kept_labels[] = { "com.docker.compose.service=", "snug.project=" };

static void keep_labels(struct string_set *kept, const struct string_set *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(kept_labels); j++)
			if (strncmp(labels->items[i], kept_labels[j], strlen(kept_labels[j])) == 0)
				string_set_add(kept, labels->items[i]);
}

/* Of several digests of one image the last run's is kept: ids of runs are in order of time. */
static void reduce_run(struct reducer *r, const struct trace_run *run)
{
	const char *program = program_of(run);
	auto_free char *id = id_of(run);
	struct text command = { .data = (char *)program, .length = program[0] ? strlen(program) + 1 : 0 };
	CLEANUP(string_set_done) struct string_set labels = STRING_SET_EMPTY;
	struct trace_run *reduced;

	keep_labels(&labels, &run->labels);
	reduced = trace_absorb(r->into, section_by_key("runs"), &(struct trace_run){
		.id = id, .abi = run->abi, .image = run->image, .no_new_privs = run->no_new_privs, .complete = run->complete,
		.command = command, .exit_status = -1, .labels = labels });

	if (!run->digest)
		return;
	free(reduced->digest);
	reduced->digest = xstrdup(run->digest);
}

static bool is_reduced(const struct trace_run *run)
{
	return strncmp(run->id, "facts-", strlen("facts-")) == 0;
}

static void reduce_runs(struct reducer *r, struct trace *from, bool reduced_ones)
{
	for (size_t i = 0; i < map_count(from->runs); i++) {
		struct trace_run run = *(const struct trace_run *)map_value_at(from->runs, i);

		if (is_reduced(&run) != reduced_ones)
			continue;
		reduce_run(r, &run);
	}
}

struct trace *trace_reduce(struct trace *from, const struct trace_reduction *how)
{
	struct reducer r = { .how = how, .into = trace_new() };

	reduce_runs(&r, from, true);
	reduce_runs(&r, from, false);
	for (size_t i = 0; i < ARRAY_SIZE(section_rows); i++)
		reduce_section(&r, from, section_by_key(section_rows[i].key), section_rows[i].reduce);
	text_done(&r.first);
	text_done(&r.second);
	return r.into;
}
