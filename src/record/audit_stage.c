/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_stage.h. */
#include "record/audit_stage.h"

#include <stdlib.h>

#include "record/container_stage.h"
#include "snug/memory.h"

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

enum stage audit_stage_after(struct audit_stages *stages, pid_t pid, const struct arch *abi, uint64_t number, const uint64_t args[6])
{
	enum stage *stage = find(stages, pid);

	if (!stage)
		return STAGE_HOST;
	if (*stage == STAGE_HOST && stage_loads_filter(abi, number, args))
		*stage = STAGE_RUNTIME;
	else if (*stage == STAGE_RUNTIME && stage_executes(abi, number, args))
		*stage = STAGE_PROGRAM;
	return *stage;
}
