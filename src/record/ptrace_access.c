/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May we look into a tracee? Its root, folder and descriptors are links of /proc that ask for more than being its tracer:
 * the same user and group and a dumpable process, or CAP_SYS_PTRACE (ptrace(2), "access mode checking"), which
 * a container seldom has. A server that begins as root and goes on as somebody else is then closed to us.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "record/ptrace_internal.h"
#include "snug/cleanup.h"

int access_check(struct error *err)
{
	char self[16] = "";

	if (readlink("/proc/self", self, sizeof(self) - 1) > 0 && strtol(self, NULL, 10) == getpid())
		return 0;
	return error_set(err, -ENOENT, "cannot trace: /proc is not that of this process namespace"
			 " (hint: mount -t proc proc /proc)");
}

static bool is_open(pid_t tid)
{
	char path[64], target[1];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)tid);
	return readlink(path, target, sizeof(target)) >= 0 || (errno != EACCES && errno != EPERM);
}

static bool read_owner(pid_t tid, uid_t *ret_user, gid_t *ret_group)
{
	char path[64], line[256];
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		found += sscanf(line, "Uid:\t%*u\t%u", ret_user) == 1 || sscanf(line, "Gid:\t%*u\t%u", ret_group) == 1;
	return found == 2;
}

/* With CAP_SETUID and CAP_SETGID, which Docker grants, we see with its user's eyes; without them nothing changes. The
 * group goes first: CAP_SETGID need not be there after. What is not dumpable stays closed. */
enum access_way access_begin(const struct tracer *tracer, const struct tracee *tracee)
{
	uid_t user;
	gid_t group;

	if (tracer->privileged || is_open(tracee->tid))
		return ACCESS_OPEN;
	if (!read_owner(tracee->tid, &user, &group))
		return ACCESS_CLOSED;
	setfsgid(group);
	setfsuid(user);
	if (is_open(tracee->tid))
		return ACCESS_AS_ITS_USER;
	access_end(ACCESS_AS_ITS_USER);
	return ACCESS_CLOSED;
}

void access_end(enum access_way way)
{
	if (way != ACCESS_AS_ITS_USER)
		return;
	setfsuid(geteuid());
	setfsgid(getegid());
}
