/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_group.h: which records are the group's, in which phase, and what was lost of them. */
#include "record/audit_group.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_checks.h"
#include "record/audit_details.h"
#include "record/audit_kernel.h"
#include "record/audit_log.h"
#include "record/audit_rules.h"
#include "record/audit_stage.h"
#include "record/proc_file.h"
#include "record/resolve.h"
#include "snug/audit_import.h"
#include "snug/memory.h"
#include "snug/string_set.h"
#include "snug/syscall_access.h"
#include "snug/text.h"

struct audit_group {
	struct event_sink sink;
	uint32_t login;
	char *profile;			/* owned; NULL = by the login uid */
	pid_t main;			/* of a plain command; 0 = none */
	struct audit_rules *rules;	/* owned */
	struct audit_checks *checks;	/* owned */
	struct audit_stages *stages;	/* owned; NULL = a plain command */
	struct audit_import *import;	/* owned */
	struct resolver *resolver;	/* owned */
	struct origin origin;		/* owned; our root, which is a command's, or the container's */
	enum phase phase;		/* of the event at hand */
	bool contained;			/* the container has begun */
	bool executed;			/* the record of the command's execve() has come: before it all calls were ours */
	struct string_set lost;		/* what else is missing, by source */
	char marker[64];		/* words of the record behind all that was logged; "" = not yet */
	bool marked;			/* it has come */
	struct audit_status begin;	/* when it began, as the next */
	uint64_t overruns;
};

pid_t audit_login_find(uint32_t login, bool (*is_it)(pid_t pid, const void *what), const void *what)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	pid_t found = 0;

	while (folder && !found && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		auto_free char *value = pid > 0 ? read_task_field(pid, "loginuid", "") : NULL;

		if (value && strtoul(value, NULL, 10) == login && is_it(pid, what))
			found = pid;
	}
	if (folder)
		closedir(folder);
	return found;
}

/* Of one whose first thread has ended others may go on. */
bool audit_login_is_alive(pid_t pid, const void *what)
{
	auto_free char *state = read_task_field(pid, "status", "State:");

	(void)what;
	return state && ((!strchr(state, 'Z') && !strchr(state, 'X')) || task_status_number(pid, "Threads:") > 1);
}

static bool number_in(const struct audit_record *record, const char *name, int base, uint64_t *ret)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	char *end;

	if (!audit_field_text(record, name, &text) || !text.length)
		return false;
	*ret = strtoull(text_cstr(&text), &end, base);
	return *end == '\0';
}

static bool is_name(const struct audit_named_value *field, const char *name)
{
	return field->length == strlen(name) && memcmp(field->value, name, field->length) == 0;
}

/* Does the record tell whose the event is, and is it ours? A mode, which AppArmor may have behind the name, comes after a space. */
static bool tells_whose(const struct audit_group *group, const struct audit_record *record, bool *ret_ours)
{
	static const char *const subject = "subj";
	struct audit_named_value field;
	uint64_t login;

	if (!group->profile) {
		*ret_ours = number_in(record, "auid", 10, &login) && login == group->login;
		return number_in(record, "auid", 10, &login);
	}
	audit_fields(record, &subject, 1, &field);
	*ret_ours = field.value && is_name(&field, group->profile);
	return field.value;
}

/* The record that says whose the event is, SYSCALL, else SECCOMP, which tells less; NULL = none of ours. */
static const struct audit_record *record_of_ours(const struct audit_group *group, const struct audit_event *event)
{
	const struct audit_record *best = NULL;

	for (size_t i = 0; i < event->count; i++) {
		const struct audit_record *record = &event->records[i];
		bool ours;

		if (!tells_whose(group, record, &ours))
			continue;
		if (!ours)
			return NULL;
		if (!best || record->type->use == AUDIT_USE_CALL)
			best = record;
	}
	return best;
}

struct told {
	const struct arch *abi;
	uint64_t number, args[6];	/* the last two are not told */
};

/* A call that succeeded. */
static bool read_success(const struct audit_record *record, struct told *ret)
{
	uint64_t arch, exit;

	*ret = (struct told){ 0 };
	if (record->type->use != AUDIT_USE_CALL || !number_in(record, "arch", 16, &arch) ||
	    !number_in(record, "syscall", 10, &ret->number) || !number_in(record, "exit", 10, &exit) || (int64_t)exit < 0)
		return false;
	for (unsigned int i = 0; i < 4; i++)
		number_in(record, (const char[]){ 'a', (char)('0' + i), '\0' }, 16, &ret->args[i]);
	ret->abi = arch_find((uint32_t)arch, ret->number);
	return ret->abi;
}

/* The child's own last calls are ours, up to and without the execve() that makes it the command. */
static bool is_before_command(struct audit_group *group, const struct audit_record *record, const struct told *told)
{
	char name[SYSCALL_NAME_MAX];
	uint64_t pid;

	if (group->executed || !number_in(record, "pid", 10, &pid) || (pid_t)pid != group->main)
		return false;
	group->executed = told->abi == arch_native() && strcmp(syscall_name(told->abi, told->number, name), "execve") == 0;
	return !group->executed;
}

/* Has it a root or mounts of its own? Records are late: one that is gone is taken to have had ours. */
static bool stands_elsewhere(pid_t pid)
{
	auto_free char *mounts = read_task_link(pid, "ns/mnt"), *own_mounts = read_task_link(getpid(), "ns/mnt");
	auto_free char *root = xasprintf("/proc/%d/root", (int)pid);
	struct stat its, ours;

	if (!mounts || stat(root, &its) < 0 || stat("/proc/self/root", &ours) < 0)
		return false;
	return strcmp(mounts, own_mounts ?: "") != 0 || its.st_dev != ours.st_dev || its.st_ino != ours.st_ino;
}

/* Its root is that of all that the container does, and stays when its processes have ended. */
static void enter_container(struct audit_group *group, pid_t pid)
{
	struct origin origin = ORIGIN_NONE;

	group->contained = true;
	if (!stands_elsewhere(pid))
		return;
	origin_open(group->resolver, &(struct resolve_request){ .tid = pid, .dirfd = AT_FDCWD, .path = "/" }, &origin);
	if (origin.root < 0)
		return;
	origin_close(&group->origin);
	group->origin = origin;
}

/* Of a runtime: is the call the container's? Keeps group->phase. */
static bool is_contained(struct audit_group *group, const struct audit_record *record, const struct told *told, bool succeeded)
{
	uint64_t pid = 0, parent = 0;
	enum stage before, after;

	number_in(record, "pid", 10, &pid);
	number_in(record, "ppid", 10, &parent);
	before = after = audit_stage_of(group->stages, (pid_t)pid, (pid_t)parent);
	if (before == STAGE_HOST && record->type->use == AUDIT_USE_SECCOMP)	/* under a filter, which the runtime has not */
		before = after = group->contained ? STAGE_PROGRAM : STAGE_RUNTIME;
	if (succeeded)
		after = audit_stage_after(group->stages, (pid_t)pid, told->abi, told->number, told->args);
	group->phase = before == STAGE_PROGRAM ? PHASE_PROGRAM : PHASE_RUNTIME;
	if (after == STAGE_PROGRAM && before == STAGE_RUNTIME)
		enter_container(group, (pid_t)pid);
	return before != STAGE_HOST;
}

static bool choose(void *context, const struct audit_event *event)
{
	struct audit_group *group = context;
	const struct audit_record *record = record_of_ours(group, event);
	struct told told;
	bool succeeded = record && read_success(record, &told);

	if (!record || is_before_command(group, record, &told))
		return false;
	if (group->stages && !is_contained(group, record, &told, succeeded))
		return false;
	if (succeeded && group->phase == PHASE_PROGRAM)
		audit_rules_learnt(group->rules, told.abi, told.number, told.args);
	return true;
}

/* Whoever reads logs knows of one phase only. */
static int send_in_phase(void *context, const struct event *event)
{
	const struct audit_group *group = context;
	struct event told = *event;

	told.phase = group->phase;
	return group->sink.on_event(group->sink.context, &told);
}

static char *resolve_path(void *context, pid_t pid, const char *path, bool last_stays)
{
	const struct audit_group *group = context;
	const struct resolve_request request = { .tid = pid, .dirfd = AT_FDCWD, .path = path, .last_stays = last_stays };
	struct resolved resolved = RESOLVED_NONE;
	char *place;

	if (stands_elsewhere(pid))
		resolve(group->resolver, &request, &resolved);
	else
		resolve_from(group->resolver, &request, &group->origin, &resolved);
	place = steal_ptr(resolved.path);
	resolved_done(&resolved);
	return place;
}

/* What the kernel chooses by tells of a process, too, that has made no call: of a child just born. */
static int is_member(void *context, const struct audit_target *target)
{
	const struct audit_group *group = context;
	const struct audit_named_value *label = &target->label;
	uint64_t login;

	if (group->profile)
		return label->value ? is_name(label, group->profile) : -1;
	return audit_value_number(&target->login, 10, &login) ? login == group->login : -1;
}

/* Of the records that are no part of an event of a call: our own, and that somebody changed a login uid that was ours. */
static void take_single(struct audit_group *group, unsigned int type, const char *words)
{
	const char *old = strstr(words, " old-auid="), *new = old ? strstr(old, " auid=") : NULL;

	if (type == AUDIT_TRUSTED_APP && group->marker[0] && strstr(words, group->marker))
		group->marked = true;
	if (type == AUDIT_LOGIN && new && strtoul(old + strlen(" old-auid="), NULL, 10) == group->login &&
	    strtoul(new + strlen(" auid="), NULL, 10) != group->login)
		audit_group_lost(group, "audit-left");
}

void audit_group_lost(struct audit_group *group, const char *source)
{
	string_set_add(&group->lost, source);
}

int audit_group_read(struct audit_group *group, unsigned int type, const char *words, size_t length)
{
	take_single(group, type, words);
	return audit_import_message(group->import, type, words, length);
}

struct audit_group *audit_group_new(const struct audit_group_options *options)
{
	static const struct audit_scope everything;	/* what is ours is chosen by login uid */
	struct audit_group *group = xcalloc(1, sizeof(*group));
	const struct audit_rules_scope scope = { .login = options->login, .profile = options->profile, .exhaustive = options->exhaustive };

	*group = (struct audit_group){
		.sink = options->sink, .login = options->login, .profile = options->profile ? xstrdup(options->profile) : NULL,
		.origin = ORIGIN_NONE, .phase = PHASE_PROGRAM, .executed = options->profile, .lost = STRING_SET_EMPTY,
	};
	group->resolver = resolver_new();
	origin_open(group->resolver, &(struct resolve_request){ .tid = getpid(), .dirfd = AT_FDCWD, .path = "/" }, &group->origin);
	group->rules = audit_rules_new(&scope);
	group->checks = audit_checks_new(&group->sink, !options->profile);
	group->stages = options->container && !options->profile ? audit_stages_new() : NULL;
	group->import = audit_import_new(&everything, &(struct event_sink){ send_in_phase, group });
	audit_import_choose(group->import, choose, group);
	audit_import_resolve(group->import, resolve_path, group);
	audit_import_members(group->import, is_member, group);
	return group;
}

struct audit_group *audit_group_free(struct audit_group *group)
{
	if (!group)
		return NULL;
	audit_rules_free(group->rules);
	audit_import_free(group->import);
	audit_checks_free(group->checks);
	audit_stages_free(group->stages);
	origin_close(&group->origin);
	resolver_free(group->resolver);
	string_set_done(&group->lost);
	free(group->profile);
	free(group);
	return NULL;
}

int audit_group_begin(struct audit_group *group, int kernel, const struct audit_reader *reader, struct error *err)
{
	int code = audit_rules_install(group->rules, kernel, err);

	group->overruns = reader->overruns;
	return code < 0 ? code : audit_kernel_status(kernel, &group->begin, err);
}

void audit_group_add(struct audit_group *group, pid_t pid)
{
	if (!group->main)
		group->main = pid;
	audit_checks_add(group->checks, pid, group->stages ? STAGE_HOST : STAGE_PROGRAM);
	if (group->profile)
		enter_container(group, pid);
}

int audit_group_descriptor(const struct audit_group *group)
{
	return audit_checks_descriptor(group->checks);
}

void audit_group_step(struct audit_group *group)
{
	audit_checks_step(group->checks);
}

bool audit_group_has_begun(const struct audit_group *group)
{
	return group->executed;
}

int audit_group_install(struct audit_group *group, int kernel, struct error *err)
{
	return group->marker[0] ? 0 : audit_rules_install(group->rules, kernel, err);
}

int audit_group_part(struct audit_group *group, int kernel, struct error *err)
{
	int code = audit_rules_remove(group->rules, kernel, err);

	snprintf(group->marker, sizeof(group->marker), "snug-end-%" PRIu32 "-%d", group->login, (int)getpid());
	return code < 0 ? code : audit_kernel_say(kernel, group->marker, err);
}

bool audit_group_is_whole(const struct audit_group *group)
{
	return group->marked;
}

static bool tell_loss(const struct audit_group *group, const char *source, uint64_t count)
{
	const struct event event = { .kind = EVENT_LOST, .lost = { source, count } };

	if (count)
		group->sink.on_event(group->sink.context, &event);
	return count;
}

static const struct {
	const char *code, *text;
} notes[] = {
	{ "audit-login", "the program had a login uid of its own, which is set once: where it began a session for a user (pam_loginuid), "
	  "the kernel may have refused that" },
	{ "audit-running", "the container ran already when the recording began: what it did before is not recorded, nor what a process does "
	  "that is older than the kernel's audit was enabled" },
	{ "audit-slept", "the program had to wait for the reader of audit's records" },
};

enum note { NOTE_LOGIN, NOTE_RUNNING, NOTE_SLEPT };

static void tell_note(const struct audit_group *group, enum note note)
{
	const struct event event = { .kind = EVENT_NOTE, .note = { .code = notes[note].code, .text = notes[note].text } };

	group->sink.on_event(group->sink.context, &event);
}

/* Returns whether nothing was lost. What is counted for all of the machine may have been anybody's. */
static bool tell_losses(const struct audit_group *group, const struct audit_status *end, const struct audit_reader *reader)
{
	const struct audit_import_counts *counts = audit_import_counts(group->import);
	bool lost = false;

	lost |= tell_loss(group, "audit", end->lost - group->begin.lost);
	lost |= tell_loss(group, "audit-reader", reader->overruns != group->overruns ? UINT64_MAX : 0);
	lost |= tell_loss(group, "audit-end", group->marked ? 0 : UINT64_MAX);
	lost |= tell_loss(group, "audit-torn", counts->torn);
	lost |= tell_loss(group, "audit-container", group->stages && !group->contained ? UINT64_MAX : 0);
	for (size_t i = 0; i < group->lost.count; i++)
		lost |= tell_loss(group, group->lost.items[i], UINT64_MAX);
	return !lost;
}

int audit_group_end(struct audit_group *group, int kernel, const struct audit_reader *reader, bool *ret_complete, struct error *err)
{
	struct audit_status end;
	bool checked;
	int code = audit_import_end_log(group->import);

	if (code < 0 || (code = audit_kernel_status(kernel, &end, err)) < 0)
		return code;
	tell_note(group, group->profile ? NOTE_RUNNING : NOTE_LOGIN);
	if (end.backlog_wait_time_actual != group->begin.backlog_wait_time_actual)
		tell_note(group, NOTE_SLEPT);
	checked = audit_checks_end(group->checks);
	*ret_complete = tell_losses(group, &end, reader) && checked;
	return 0;
}
