/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and roots, by /proc; what a call is about, by the tables of knowledge. */
#include "record/container_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "snug/cleanup.h"
#include "snug/syscall_access.h"

#define FILTER_NOTE "own-filter"	/* what knowledge/syscall_access.c says of calls that load one */

static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* NSpid: one id a pid namespace, ours first (kernel 4.1). */
static bool is_first_of_namespace(pid_t pid)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *first = strchr(line, '\t'), *last = strrchr(line, '\t');

		if (strncmp(line, "NSpid:", 6) == 0)
			return first != last && strtol(last + 1, NULL, 10) == 1;
	}
	return false;
}

bool stage_is_contained(pid_t pid)
{
	char namespace[64], root[64];

	snprintf(namespace, sizeof(namespace), "/proc/%d/ns/mnt", (int)pid);
	snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	if (same_file(namespace, "/proc/self/ns/mnt"))
		return false;
	return !same_file(root, "/proc/self/root") || is_first_of_namespace(pid);
}

static bool is(const struct syscall_access *access, enum subject subject, const char *word)
{
	return access->subject == subject && (!word || (access->word && strcmp(access->word, word) == 0));
}

/* Has the call a row about this, whose conditions hold? */
static bool is_about(const struct arch *abi, uint64_t number, const uint64_t args[6], enum subject subject, const char *word)
{
	char name[SYSCALL_NAME_MAX];
	size_t count;
	const struct syscall_access *rows = syscall_access_find(syscall_name(abi, number, name), &count);

	for (size_t i = 0; rows && i < count; i++)
		if (is(&rows[i], subject, word) && syscall_access_holds(&rows[i], args))
			return true;
	return false;
}

bool stage_loads_filter(const struct arch *abi, uint64_t number, const uint64_t args[6])
{
	return is_about(abi, number, args, SUBJECT_NOTE, FILTER_NOTE);
}

bool stage_executes(const struct arch *abi, uint64_t number, const uint64_t args[6])
{
	return is_about(abi, number, args, SUBJECT_PROGRAM, NULL);
}
