/* SPDX-License-Identifier: Apache-2.0 */
/* The table of inferences, and the tests that its rows name. */
#include "snug/capability_inference.h"

static bool in_group(const struct credentials *who, uint32_t gid)
{
	for (size_t i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return true;
	return who->gid[CREDENTIAL_FILE] == gid;
}

/* acl_permission_check(), fs/namei.c: the first class that fits decides, even against the caller. */
bool mode_allows(const struct credentials *who, const struct inference_file *file, uint32_t want)
{
	uint32_t mode = file->mode;

	if (who->uid[CREDENTIAL_FILE] == file->uid)
		mode >>= 6;
	else if (in_group(who, file->gid))
		mode >>= 3;
	return (mode & want) == want;
}
