/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's default profile as a list of calls, built in from templates/docker-default.csv. */
#include "snug/docker_default.h"

#include <string.h>

#include "snug/memory.h"

static const struct docker_default docker_default_rows[] = {
#include "knowledge/docker_default_rows.h"
};

const struct docker_default *docker_default_at(size_t index)
{
	return index < ARRAY_SIZE(docker_default_rows) ? &docker_default_rows[index] : NULL;
}

bool docker_default_allows(const struct docker_default *row, const struct arch *arch)
{
	size_t length = strlen(arch->name);

	for (const char *at = row->abis; (at = strstr(at, arch->name)) != NULL; at += length)
		if ((at == row->abis || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
			return true;
	return false;
}
