/* SPDX-License-Identifier: Apache-2.0 */
/* The table of mount flags. Source: apparmor.d(5), mount flags; the values are those of mount(2). */
#include "snug/mount_flag.h"

#include <string.h>
#include <sys/mount.h>

#include "snug/memory.h"

static const struct mount_flag mount_flag_rows[] = {
	{ MS_BIND | MS_REC, "rbind" },	     { MS_UNBINDABLE | MS_REC, "runbindable" },
	{ MS_PRIVATE | MS_REC, "rprivate" }, { MS_SLAVE | MS_REC, "rslave" },
	{ MS_SHARED | MS_REC, "rshared" },
	{ MS_RDONLY, "ro" },	     { MS_NOSUID, "nosuid" },	{ MS_NODEV, "nodev" },
	{ MS_NOEXEC, "noexec" },     { MS_SYNCHRONOUS, "sync" }, { MS_REMOUNT, "remount" },
	{ MS_MANDLOCK, "mand" },     { MS_DIRSYNC, "dirsync" },	{ MS_NOATIME, "noatime" },
	{ MS_NODIRATIME, "nodiratime" }, { MS_BIND, "bind" },	{ MS_MOVE, "move" },
	{ MS_SILENT, "silent" },     { MS_UNBINDABLE, "unbindable" }, { MS_PRIVATE, "private" },
	{ MS_SLAVE, "slave" },	     { MS_SHARED, "shared" },	{ MS_RELATIME, "relatime" },
	{ MS_I_VERSION, "iversion" }, { MS_STRICTATIME, "strictatime" },
};

const struct mount_flag *mount_flag_at(size_t index)
{
	return index < ARRAY_SIZE(mount_flag_rows) ? &mount_flag_rows[index] : NULL;
}

const struct mount_flag *mount_flag_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(mount_flag_rows); i++)
		if (strcmp(mount_flag_rows[i].word, word) == 0)
			return &mount_flag_rows[i];
	return NULL;
}
