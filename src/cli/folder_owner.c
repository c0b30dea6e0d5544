/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming the owner of a folder, and root again. */
#include "cli/folder_owner.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/memory.h"

int folder_owner_find(struct folder_owner *ret, const char *folder, struct error *err)
{
	struct stat st;

	*ret = (struct folder_owner){ 0 };
	if (stat(folder, &st) < 0)
		return error_errno(err, -errno, "cannot look at '%s'", folder);
	if (geteuid() != 0 || (st.st_uid == 0 && st.st_gid == 0))
		return 0;
	if (setresgid((gid_t)-1, (gid_t)-1, st.st_gid) < 0 || setresuid((uid_t)-1, (uid_t)-1, st.st_uid) < 0)
		return error_errno(err, -errno, "cannot write as the owner of '%s'", folder);
	*ret = (struct folder_owner){ st.st_uid, st.st_gid, true };
	return 0;
}

/* setfsuid() takes those for files out of the effective set; the way to the folder may need CAP_DAC_READ_SEARCH. */
static void raise_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		data[i].effective = data[i].permitted;
	syscall(SYS_capset, &header, data);
}

/* Saved ids may always be taken. The calls say nothing of success; a file that cannot be written does. */
void folder_owner_become(const struct folder_owner *owner)
{
	if (!owner->is_other)
		return;
	setfsgid(owner->gid);
	setfsuid(owner->uid);
	raise_capabilities();
}

void folder_owner_leave(const struct folder_owner *owner)
{
	if (!owner->is_other)
		return;
	setfsuid(geteuid());
	setfsgid(getegid());
}
