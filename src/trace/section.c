/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sections and their fields. Entries sort by their identity fields in the order of these rows. */
#include <string.h>

#include "snug/cleanup.h"
#include "snug/pattern.h"
#include "snug/words.h"
#include "trace/section.h"

/* FIELD: a fact about the entry. KEY: one of the facts that tell it apart. */
#define FIELD(key_, type_, member, ...) \
	{ .key = key_, .type = &field_##type_, .offset = offsetof(ENTRY, member), __VA_ARGS__ }
#define KEY(key_, type_, member, ...) FIELD(key_, type_, member, .flags = FIELD_IDENTITY, __VA_ARGS__)
#define OPTIONAL_KEY(key_, type_, member, ...) \
	FIELD(key_, type_, member, .flags = FIELD_IDENTITY | FIELD_OPTIONAL, __VA_ARGS__)
#define KEY_FLAGS(key_, type_, member, flags_) FIELD(key_, type_, member, .flags = FIELD_IDENTITY | (flags_))
#define OUTCOME KEY("outcome", word, outcome, .words = &outcome_words)
#define TARGET KEY("target", word, target, .words = &signal_target_words)
#define EVIDENCE \
	FIELD("by", shared_set, evidence.by, .limit = TRACE_BY_MAX), \
	FIELD("runs", shared_set, evidence.runs, .flags = JSON_STRING_WORD)
#define LAST { .key = NULL }

#define ENTRY struct trace_capability
static const struct field capability_fields[] = {
	KEY("name", number, number, .names = NAME_CAPABILITY),
	KEY("granted", truth, granted),
	KEY("inferred", truth, inferred),
	KEY("userns", truth_word, own_userns, .words = &userns_words),
	KEY_FLAGS("syscall", string, syscall, FIELD_OPTIONAL | JSON_STRING_WORD),
	KEY_FLAGS("reason", string, reason, FIELD_OPTIONAL),
	OUTCOME,
	OPTIONAL_KEY("instead_of", number, instead_of, .names = NAME_CAPABILITY),
	OPTIONAL_KEY("check", words, marks, .words = &check_mark_words),
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_exec
static const struct field exec_fields[] = {
	KEY_FLAGS("from", string, from, FIELD_OPTIONAL | JSON_STRING_PATH),
	KEY_FLAGS("to", string, to, JSON_STRING_PATH),
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_file
static const struct field file_fields[] = {
	KEY_FLAGS("path", string, path, JSON_STRING_PATH),
	OPTIONAL_KEY("pattern", truth, pattern),
	OUTCOME,
	FIELD("kind", kinds, kinds, .words = &file_kind_words),
	FIELD("access", words, access, .words = &access_words),
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_mount
static const struct field mount_fields[] = {
	KEY_FLAGS("act", string, act, JSON_STRING_WORD),
	KEY_FLAGS("target", string, target, FIELD_OPTIONAL),
	KEY_FLAGS("source", string, source, FIELD_OPTIONAL),
	KEY_FLAGS("type", string, type, FIELD_OPTIONAL),
	KEY("flags", unsigned, flags),
	OUTCOME,
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_network
static const struct field network_fields[] = {
	OPTIONAL_KEY("family", number, family, .names = NAME_FAMILY),
	OPTIONAL_KEY("type", number, type, .names = NAME_SOCKET_TYPE),
	OPTIONAL_KEY("protocol", number, protocol, .names = NAME_PROTOCOL),
	OUTCOME,
	FIELD("acts", words, acts, .words = &socket_act_words),
	FIELD("bound", set, bound, .limit = TRACE_ADDRESSES_MAX),
	FIELD("connected", set, connected, .limit = TRACE_ADDRESSES_MAX),
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_note
static const struct field note_fields[] = {
	KEY_FLAGS("code", string, code, JSON_STRING_WORD),
	FIELD("count", unsigned, count, .flags = FIELD_OPTIONAL),
	FIELD("text", string, text),
	FIELD("runs", shared_set, runs, .flags = JSON_STRING_WORD),
	LAST
};
#undef ENTRY

#define ENTRY struct trace_ptrace
static const struct field ptrace_fields[] = {
	KEY_FLAGS("act", string, act, JSON_STRING_WORD),
	TARGET,
	OUTCOME,
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_run
static const struct field run_fields[] = {
	KEY_FLAGS("id", string, id, JSON_STRING_WORD),
	FIELD("abi", string, abi, .flags = FIELD_FIXED | FIELD_OPTIONAL | JSON_STRING_WORD),
	FIELD("bounding", string, bounding, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("command", command, command, .flags = FIELD_FIXED),
	FIELD("complete", truth, complete),
	FIELD("container", string, container, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("digest", string, digest, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("duration_ms", unsigned, duration_ms),
	FIELD("exhaustive", truth, exhaustive),
	FIELD("exit", integer, exit_status, .flags = FIELD_OPTIONAL),
	FIELD("image", string, image, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("kernel", string, kernel, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("labels", set, labels, .flags = FIELD_OPTIONAL),
	FIELD("lost", counters, lost),
	FIELD("mounts", set, mounts, .flags = FIELD_OPTIONAL),
	FIELD("name", string, name, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("no_new_privs", truth, no_new_privs),
	FIELD("recorder", string, recorder, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("root", string, root, .flags = FIELD_FIXED | FIELD_OPTIONAL | JSON_STRING_WORD),
	FIELD("runtime", string, runtime, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("start", string, start, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	FIELD("user", string, user, .flags = FIELD_FIXED | FIELD_OPTIONAL),
	LAST
};
#undef ENTRY

#define ENTRY struct trace_signal
static const struct field signal_fields[] = {
	KEY("number", number, number, .names = NAME_SIGNAL),
	TARGET,
	OUTCOME,
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_socket
static const struct field socket_fields[] = {
	KEY_FLAGS("address", string, address, FIELD_OPTIONAL),
	OPTIONAL_KEY("type", number, type, .names = NAME_SOCKET_TYPE),
	OUTCOME,
	FIELD("acts", words, acts, .words = &socket_act_words),
	EVIDENCE,
	LAST
};
#undef ENTRY

#define ENTRY struct trace_syscall
static const struct field syscall_fields[] = {
	KEY("abi", abi, abi),
	KEY_FLAGS("name", string, name, JSON_STRING_WORD),
	KEY("phase", word, phase, .words = &phase_words),
	OPTIONAL_KEY("assumed", truth, assumed),
	FIELD("ok", truth, ok),
	FIELD("errnos", set, errnos, .flags = FIELD_OPTIONAL | JSON_STRING_WORD),
	FIELD("args", arguments, args),
	EVIDENCE,
	LAST
};
#undef ENTRY

/* Once a call has succeeded, how it failed before says nothing any more. */
static void settle_syscall(void *entry)
{
	struct trace_syscall *syscall = entry;

	if (syscall->ok)
		string_set_done(&syscall->errnos);
}

static const char *contradiction_in_syscall(const void *entry)
{
	const struct trace_syscall *syscall = entry;

	if (syscall->assumed && !syscall->ok)
		return "'assumed' beside 'ok': false";
	if (syscall->assumed && syscall->arg_count)
		return "'assumed' beside 'args'";
	return syscall->ok && syscall->errnos.count ? "'errnos' beside 'ok': true" : NULL;
}

static void settle_run(void *entry)
{
	struct trace_run *run = entry;

	if (run->lost && map_count(run->lost))
		run->complete = false;
}

static const char *contradiction_in_run(const void *entry)
{
	const struct trace_run *run = entry;

	return run->complete && run->lost && map_count(run->lost) ? "'lost' beside 'complete': true" : NULL;
}

/* A path of several kinds is written as an entry for each. */
static size_t split_file(const void *entry, size_t index, void *ret)
{
	const struct trace_file *file = entry;
	struct trace_file *one = ret;
	uint32_t rest = file->kinds;

	while (index--)
		rest &= rest - 1;
	*one = *file;
	one->kinds = rest & -rest;
	return file->kinds ? (size_t)__builtin_popcount(file->kinds) : 1;
}

static const char *contradiction_in_file(const void *entry)
{
	CLEANUP(pattern_done) struct pattern pattern = { 0 };
	const struct trace_file *file = entry;

	return file->pattern && pattern_read(&pattern, file->path, NULL) < 0 ? "'pattern': true beside a path that is none" : NULL;
}

static bool may_join_file(const void *before, const void *entry)
{
	const struct trace_file *a = before, *b = entry;

	return a->kinds && b->kinds && !(a->kinds & b->kinds);
}

#define SECTION(key_, map_, entry_, ...) \
	{ .key = key_, .offset = offsetof(struct trace, map_), .entry_size = sizeof(struct trace_##entry_), \
	  .fields = entry_##_fields, __VA_ARGS__ }

const struct section sections[] = {
	SECTION("capabilities", capabilities, capability),
	SECTION("execs", execs, exec),
	SECTION("files", files, file, .contradiction = contradiction_in_file, .may_join = may_join_file, .split = split_file),
	{ .key = "limits", .offset = offsetof(struct trace, limits) },
	SECTION("mounts", mounts, mount),
	SECTION("network", network, network),
	SECTION("notes", notes, note),
	SECTION("ptraces", ptraces, ptrace),
	SECTION("runs", runs, run, .settle = settle_run, .contradiction = contradiction_in_run),
	SECTION("signals", signals, signal),
	SECTION("sockets", sockets, socket),
	SECTION("syscalls", syscalls, syscall, .settle = settle_syscall,
		.contradiction = contradiction_in_syscall),
	{ .key = "written", .offset = offsetof(struct trace, written), .is_optional = true },
	{ .key = NULL }
};

const struct section *section_by_key(const char *key)
{
	for (const struct section *section = sections; section->key; section++)
		if (strcmp(section->key, key) == 0)
			return section;
	return NULL;
}

struct map *section_map(const struct trace *trace, const struct section *section)
{
	return *(struct map *const *)((const char *)trace + section->offset);
}

void entry_init(struct trace *trace, const struct section *section, void *entry)
{
	for (const struct field *field = section->fields; field->key; field++)
		if (field->type->init)
			field->type->init(trace, field, entry);
}

void entry_done(const struct section *section, void *entry)
{
	for (const struct field *field = section->fields; field->key; field++)
		if (field->type->done)
			field->type->done(field, entry);
}
