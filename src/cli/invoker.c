/* SPDX-License-Identifier: Apache-2.0 */
/* The person behind sudo. */
#include "cli/invoker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/groups.h"
#include "snug/memory.h"

/* A user's or group's number: digits, nothing else, and not -1, which means "leave it" to setuid(2) and its like. */
static bool read_number(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long long number;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	number = strtoull(text, &end, 10);
	*ret = (uint32_t)number;
	return !*end && number < UINT32_MAX;
}

int invoker_find(struct invoker *ret, struct error *err)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");

	*ret = (struct invoker){ 0 };
	if (geteuid() != 0 || (!uid && !gid))
		return 0;
	if (!read_number(uid, &ret->uid) || !read_number(gid, &ret->gid))
		return error_set(err, -EINVAL, "SUDO_UID '%s' and SUDO_GID '%s' name nobody (hint: run snug by sudo itself)",
				 uid ? uid : "", gid ? gid : "");
	if (ret->uid == 0)
		return 0;
	if (!find_person(ret->uid, &ret->name, &ret->home)) {
		ret->name = xasprintf("%u", ret->uid);
		ret->home = xstrdup("/");
	}
	ret->is_other = true;
	return 0;
}

void invoker_done(struct invoker *invoker)
{
	free(invoker->name);
	free(invoker->home);
	*invoker = (struct invoker){ 0 };
}

int invoker_become(const struct invoker *invoker)
{
	static const char *const of_sudo[] = { "SUDO_UID", "SUDO_GID", "SUDO_USER", "SUDO_COMMAND" };
	int code;

	if (!invoker->is_other)
		return 0;
	code = take_groups(invoker->name, invoker->gid);
	if (code < 0)
		return code;
	if (setresgid(invoker->gid, invoker->gid, invoker->gid) < 0 ||
	    setresuid(invoker->uid, invoker->uid, invoker->uid) < 0)
		return -errno;
	setenv("HOME", invoker->home, 1);
	setenv("USER", invoker->name, 1);
	setenv("LOGNAME", invoker->name, 1);
	for (size_t i = 0; i < ARRAY_SIZE(of_sudo); i++)
		unsetenv(of_sudo[i]);
	return 0;
}

int invoker_own_folder(const struct invoker *invoker, const char *path, struct error *err)
{
	auto_close int fd = -1;

	if (!invoker->is_other)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, invoker->uid, invoker->gid) < 0)
		return error_errno(err, -errno, "cannot give '%s' to %s", path, invoker->name);
	return 0;
}
