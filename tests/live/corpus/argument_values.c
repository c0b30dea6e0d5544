/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are many calls by one argument: prctl, personality, ioctl, fcntl, setsockopt, unshare, keyctl, ptrace. */
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct termios terminal;
	char name[16];
	int fd, size, one = 1, ends[2];

	begin(argc, argv);
	CHECK(prctl(PR_SET_NAME, "renamed", 0, 0, 0) == 0);
	CHECK(prctl(PR_GET_NAME, name, 0, 0, 0) == 0 && strcmp(name, "renamed") == 0);
	CHECK(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0);
	CHECK_ERRNO(prctl(0x7fffffff, 0, 0, 0, 0), EINVAL);
	CHECK(personality(0xffffffff) >= 0);
	CHECK(personality((unsigned long)personality(0xffffffff) | ADDR_NO_RANDOMIZE) >= 0);
	CHECK(pipe(ends) == 0);
	CHECK(ioctl(ends[0], FIONREAD, &size) == 0 && size == 0);
	CHECK_ERRNO(ioctl(ends[0], TCGETS, &terminal), ENOTTY);
	CHECK_ERRNO(ioctl(-1, TIOCSTI, "x"), EBADF);
	CHECK(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	CHECK(fcntl(ends[0], F_DUPFD_CLOEXEC, 40) == 40);
	CHECK(fcntl(ends[0], F_GETPIPE_SZ) > 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(fd >= 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, 9999, &one, sizeof(one)), ENOPROTOOPT);
	CHECK(unshare(CLONE_FILES | CLONE_FS) == 0);
	CHECK(unshare(0) == 0);
	CHECK(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0) != 0);
	CHECK(syscall(SYS_ptrace, 0x4206, 1 << 30, 0, 0) == -1);
	expect_row("network", "family=inet type=stream protocol=tcp outcome=ok acts=create");
	expect_row("ptraces", "act=trace target=outside outcome=unknown");
	return finish();
}
