/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_stage.h. */
#include "record/audit_stage.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/syscall_access.h"

#define FILTER_NOTE "own-filter"	/* what knowledge/syscall_access.c says of calls that load one */

struct audit_stages {
	struct {
		pid_t pid;		/* 0 = free */
		enum stage stage;
	} slots[AUDIT_STAGES_MAX];
};

struct audit_stages *audit_stages_new(void)
{
	return xcalloc(1, sizeof(struct audit_stages));
}

struct audit_stages *audit_stages_free(struct audit_stages *stages)
{
	free(stages);
	return NULL;
}

static enum stage *find(struct audit_stages *stages, pid_t pid)
{
	size_t at = (uint32_t)pid % AUDIT_STAGES_MAX;

	return stages->slots[at].pid == pid ? &stages->slots[at].stage : NULL;
}

enum stage audit_stage_of(struct audit_stages *stages, pid_t pid, pid_t parent)
{
	enum stage *known = find(stages, pid), *of_parent = find(stages, parent);
	enum stage stage = known ? *known : of_parent ? *of_parent : STAGE_HOST;
	size_t at = (uint32_t)pid % AUDIT_STAGES_MAX;

	if (known || of_parent || parent > 0) {
		stages->slots[at].pid = pid;
		stages->slots[at].stage = stage;
	}
	return stage;
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

enum stage audit_stage_after(struct audit_stages *stages, pid_t pid, const struct arch *abi, uint64_t number, const uint64_t args[6])
{
	enum stage *stage = find(stages, pid);

	if (!stage)
		return STAGE_HOST;
	if (*stage == STAGE_HOST && is_about(abi, number, args, SUBJECT_NOTE, FILTER_NOTE))
		*stage = STAGE_RUNTIME;
	else if (*stage == STAGE_RUNTIME && is_about(abi, number, args, SUBJECT_PROGRAM, NULL))
		*stage = STAGE_PROGRAM;
	return *stage;
}
