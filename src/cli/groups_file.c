/* SPDX-License-Identifier: Apache-2.0 */
/* A person, as /etc/passwd and /etc/group tell of them: for the static binary. */
#include "cli/groups.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

bool find_person(uid_t uid, char **ret_name, char **ret_home)
{
	auto_fclose FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)) && entry->pw_uid != uid)
		;
	if (!entry)
		return false;
	*ret_name = xstrdup(entry->pw_name);
	*ret_home = xstrdup(entry->pw_dir);
	return true;
}

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
