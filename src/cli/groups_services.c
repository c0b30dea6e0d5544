/* SPDX-License-Identifier: Apache-2.0 */
/* A person's groups, as the machine's name services tell them. */
#include "cli/groups.h"

#include <errno.h>
#include <grp.h>

int take_groups(const char *user, gid_t gid)
{
	return initgroups(user, gid) < 0 ? -errno : 0;
}
