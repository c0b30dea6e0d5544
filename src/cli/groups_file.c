/* SPDX-License-Identifier: Apache-2.0 */
/* A person's groups, as /etc/group tells them: for the static binary. */
#include "cli/groups.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "snug/cleanup.h"

static bool is_member(const struct group *group, const char *user)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return false;
}

int take_groups(const char *user, gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	size_t count = 0;
	struct group *group;
	auto_fclose FILE *file = fopen("/etc/group", "re");

	groups[count++] = gid;
	while (file && count < NGROUPS_MAX && (group = fgetgrent(file)))
		if (group->gr_gid != gid && is_member(group, user))
			groups[count++] = group->gr_gid;
	return setgroups(count, groups) < 0 ? -errno : 0;
}
