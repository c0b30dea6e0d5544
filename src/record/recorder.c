/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of recorders: a row each. */
#include "snug/recorder.h"

#include <string.h>

#include "record/recorders.h"
#include "record/tracefs.h"
#include "snug/memory.h"

static const struct recorder *const recorders[] = {
	&audit_recorder,
	&auto_recorder,
	&ptrace_recorder,
	&tracefs_recorder,
};

const struct recorder *recorder_at(size_t index)
{
	return index < ARRAY_SIZE(recorders) ? recorders[index] : NULL;
}

const struct recorder *recorder_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(recorders); i++)
		if (strcmp(recorders[i]->name, name) == 0)
			return recorders[i];
	return NULL;
}

void recorder_finish(struct record_result *result)
{
	result->removal = tracefs_free_end(result->removal);
}
