/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * The oldest seccomp: strict mode allows read, write and exit, and kills for anything else; and a filter that kills.
 * Under a filter, a container engine's or a recorder's, there is no strict mode. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "corpus.h"

static void strict(void)
{
	if (prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER) {
		CHECK_ERRNO(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), EINVAL);
		_exit(3);
	}
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
	syscall(SYS_exit, 3);
}

static void killed(void)
{
	static struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(rows) / sizeof(rows[0]), rows };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	syscall(SYS_getpgid, 0);
}

static int status_after(void (*body)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		body();
		_exit(1);
	}
	return status_of(pid);
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	CHECK(status_after(strict) == 3);
	CHECK(status_after(killed) == 128 + SIGSYS);
	expect_row("notes", "code=own-filter");
	return finish();
}
