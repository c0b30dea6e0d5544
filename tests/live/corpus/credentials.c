/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: root
 * A root process that becomes a user, and a set-user-ID program that becomes root again. */
#include <grp.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>

#include "corpus.h"

static const char *copy;

static void copy_self(void)
{
	struct stat status;
	int from, to;

	copy = make_file("setuid", 0700);
	from = open(self, O_RDONLY | O_CLOEXEC);
	to = open(copy, O_WRONLY | O_TRUNC | O_CLOEXEC);
	CHECK(from >= 0 && to >= 0 && fstat(from, &status) == 0);
	expect("read", "ok", self);
	CHECK(sendfile(to, from, NULL, (size_t)status.st_size) == status.st_size);
	CHECK(fchmod(to, 04755) == 0);
	expect("write,change-mode", "ok", copy);
	CHECK(close(to) == 0);
}

static void as_user(void)
{
	CHECK(setgroups(0, NULL) == 0);
	CHECK(setresgid(65534, 65534, 65534) == 0);
	CHECK(setresuid(65534, 65534, 65534) == 0);
	CHECK(geteuid() == 65534);
	CHECK_ERRNO(setuid(0), EPERM);
	execl(copy, copy, "child", NULL);
	_exit(1);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return geteuid() == 0 && getuid() == 65534 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? 0 : 1;
	copy_self();
	in_child(as_user);
	expect("execute,read,map-execute", "ok", copy);
	expect("look", "absent", "/etc/suid-debug");	/* libc asks in set-user-ID programs */
	expect_capability("SETGID", "setgroups");
	expect_capability("SETGID", "setresgid");
	expect_capability("SETUID", "setresuid");
	expect_row("notes", "code=gained-privileges");
	expect_row("capabilities", "name=SETUID syscall=setuid userns=initial granted=false outcome=refused");
	return finish();
}
