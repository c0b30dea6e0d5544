/* SPDX-License-Identifier: Apache-2.0 */
/* Drift, or news? */
#include "snug/sorted_change.h"

#include <ctype.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/drift.h"
#include "snug/fallback.h"
#include "snug/memory.h"

/* What a loader does to a library, and an interpreter to its modules. */
#define ACCESS_LOAD (ACCESS_READ | ACCESS_MAP_EXECUTE)

/* Folders of programs that a package manager fills. A program of the same name elsewhere is another one. */
static const char *const program_folders[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/local/bin/", "/usr/sbin/" };

/* How folders of libraries begin: /usr/lib64 and /usr/lib/x86_64-linux-gnu, too. */
static const char *const library_folders[] = { "/lib/", "/lib#/", "/usr/lib/", "/usr/lib#/", "/usr/local/lib/" };

/* --- calls ------------------------------------------------------------------------------------------- */

static bool allows(const struct policy *policy, const char *call)
{
	for (size_t i = 0; i < policy->syscall_count; i++)
		if (!policy->syscalls[i].answer && strcmp(policy->syscalls[i].name, call) == 0)
			return true;
	return false;
}

/* A call that a profile answers with ENOSYS was observed all the same. */
static bool has_seen(const struct policy *policy, const char *call)
{
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->syscalls); i++)
		if (strcmp(((const struct trace_syscall *)map_value_at(trace->syscalls, i))->name, call) == 0)
			return true;
	return allows(policy, call);
}

static char *call_drift(const char *call, const struct policy *committed)
{
	const struct drift_call *row;
	const struct fallback *pair;

	for (size_t i = 0; (row = drift_call_at(i)) != NULL; i++) {
		if (strcmp(row->call, call) != 0)
			continue;
		if (strcmp(row->before, "*") == 0)
			return xasprintf("a libc calls it for itself (%s)", row->source);
		if (has_seen(committed, row->before))
			return xasprintf("does the work of %s (%s)", row->before, row->source);
	}
	for (size_t i = 0; (pair = fallback_at(i)) != NULL; i++) {
		const char *other = strcmp(pair->call, call) == 0 ? pair->instead
			: strcmp(pair->instead, call) == 0 ? pair->call : NULL;

		if (other && fallback_replaces(pair) && has_seen(committed, other))
			return xasprintf("does the work of %s (%s)", other, pair->source);
	}
	return NULL;
}

/* --- files ------------------------------------------------------------------------------------------- */

/* The path with '#' for each run of digits, and with versions of several numbers as one. Owned by the caller. */
static char *without_numbers(const char *path)
{
	struct text out = TEXT_EMPTY;

	while (*path) {
		size_t digits = strspn(path, "0123456789");

		if (!digits) {
			text_putc(&out, *path++);
			continue;
		}
		while (path[digits] == '.' && isdigit((unsigned char)path[digits + 1]))
			digits += 1 + strspn(path + digits + 1, "0123456789");
		text_putc(&out, '#');
		path += digits;
	}
	return text_steal(&out);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A library's soname may stand in another folder of libraries: multiarch, musl's. */
static bool is_library(const char *path)
{
	bool in_folder = false;

	for (size_t i = 0; i < ARRAY_SIZE(library_folders); i++)
		in_folder |= strncmp(path, library_folders[i], strlen(library_folders[i])) == 0;
	return in_folder && strstr(base_of(path), ".so");
}

static bool fits_row(const struct drift_file *row, const char *shape)
{
	size_t length = strlen(row->path);

	if (row->path[0] != '/')
		return is_library(shape) && strcmp(base_of(shape), row->path) == 0;
	return row->path[length - 1] == '/' ? strncmp(shape, row->path, length) == 0 : strcmp(shape, row->path) == 0;
}

static bool is_packaged_program(const char *path)
{
	size_t folder = (size_t)(base_of(path) - path);

	for (size_t i = 0; i < ARRAY_SIZE(program_folders); i++)
		if (strlen(program_folders[i]) == folder && strncmp(path, program_folders[i], folder) == 0)
			return true;
	return false;
}

/* Is `old`, which may be used as `change` is, the same file of another version or distribution? */
static bool is_counterpart(const struct rule *rule, const char *shape, const struct policy_file *old)
{
	auto_free char *old_shape = NULL;

	if (old->piece_count != 1 || old->pieces[0].kind != PATTERN_LITERAL || rule->access & ~old->access)
		return false;
	old_shape = without_numbers(old->pieces[0].bytes);
	if (strcmp(old_shape, shape) == 0)
		return true;
	if (strcmp(base_of(old_shape), base_of(shape)) != 0)
		return false;
	return (is_library(shape) && is_library(old_shape) && !(rule->access & ~(uint32_t)ACCESS_LOAD)) ||
	       (is_packaged_program(shape) && is_packaged_program(old_shape));
}

/* Only what is read or run can be the same in another version; what is written is the program's own. */
static char *file_drift(const struct rule *rule, const struct policy *committed)
{
	auto_free char *shape = NULL;
	const struct drift_file *row;

	if (!rule->file || rule->access & ~(uint32_t)(ACCESS_LOAD | ACCESS_EXECUTE))
		return NULL;
	shape = without_numbers(rule->subject);
	for (size_t i = 0; (row = drift_file_at(i)) != NULL; i++)
		if (fits_row(row, shape) && !(rule->access & ACCESS_EXECUTE))
			return xasprintf("a libc reads it for itself (%s)", row->source);
	for (size_t i = 0; i < committed->file_count; i++)
		if (is_counterpart(rule, shape, &committed->files[i]))
			return xasprintf("stands for '%s' in another version", committed->files[i].pieces[0].bytes);
	return NULL;
}

/* --- sockets ----------------------------------------------------------------------------------------- */

static char *socket_drift(const struct rule *rule)
{
	const struct drift_socket *row;

	for (size_t i = 0; (row = drift_socket_at(i)) != NULL; i++)
		if (strcmp(row->subject, rule->subject) == 0 && !(rule->access & ~row->acts))
			return xasprintf("a libc does so for itself (%s)", row->source);
	return NULL;
}

char *drift_of(const struct change *change, const struct policy *committed)
{
	const struct rule *rule = &change->rule;

	if (!change->added)
		return NULL;
	if (rule->reason == REASON_RUNTIME)
		return xstrdup("the container runtime calls it before the program starts");
	if (rule->class == RULE_FILE || rule->class == RULE_PROGRAM)
		return file_drift(rule, committed);
	if (rule->class == RULE_SYSCALL && change->risk == RISK_LOW)
		return call_drift(rule->subject, committed);
	if (rule->class == RULE_ARGUMENT && strcmp(rule->subject, "clone flags 0") == 0)
		return call_drift("clone", committed);
	if (rule->class == RULE_ARGUMENT || rule->class == RULE_UNIX || rule->class == RULE_NETWORK)
		return socket_drift(rule);
	return NULL;
}
