/* SPDX-License-Identifier: Apache-2.0 */
/* A person, as the machine's name services tell of them. */
#include "cli/groups.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "snug/memory.h"

bool find_person(uid_t uid, char **ret_name, char **ret_home)
{
	const struct passwd *entry = getpwuid(uid);

	if (!entry)
		return false;
	*ret_name = xstrdup(entry->pw_name);
	*ret_home = xstrdup(entry->pw_dir);
	return true;
}

int take_groups(const char *user, gid_t gid)
{
	return initgroups(user, gid) < 0 ? -errno : 0;
}
