/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of emitters. */
#include "snug/emitter.h"

#include <string.h>

#include "emit/emitters.h"
#include "snug/memory.h"

/* In the order in which they are listed and written. */
static const struct emitter *const emitters[] = {
	&emitter_seccomp,
	&emitter_apparmor,
	&emitter_capabilities,
	&emitter_docker_args,
	&emitter_readme,
};

const struct emitter *emitter_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(emitters); i++)
		if (strcmp(emitters[i]->name, name) == 0)
			return emitters[i];
	return NULL;
}

const struct emitter *emitter_at(size_t index)
{
	return index < ARRAY_SIZE(emitters) ? emitters[index] : NULL;
}
