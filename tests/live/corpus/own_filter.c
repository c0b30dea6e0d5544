/* SPDX-License-Identifier: Apache-2.0 */
/* A program with a seccomp filter of its own: some calls refused with an errno, one trapped, one allowed. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "corpus.h"

static volatile sig_atomic_t trapped;

static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	trapped = info->si_syscall;
}

#define ANSWER(name, action) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, (action))

static void install(void)
{
	static struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ANSWER(mkdir, SECCOMP_RET_ERRNO | ENOSPC),
		ANSWER(getpgid, SECCOMP_RET_ERRNO | EDOM),
		ANSWER(getpriority, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(rows) / sizeof(rows[0]), rows };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

static void confined(void)
{
	CHECK_ERRNO(mkdir(in_scratch("none"), 0700), ENOSPC);
	CHECK_ERRNO(syscall(SYS_getpgid, 0), EDOM);
	syscall(SYS_getpriority, 0, 0);
	CHECK(trapped == SYS_getpriority);
	CHECK_ERRNO(rmdir(in_scratch("none")), ENOENT);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };

	begin(argc, argv);
	CHECK(sigaction(SIGSYS, &action, NULL) == 0);
	install();
	confined();
	in_child(confined);
	expect("create", "unknown", in_scratch("none"));
	expect("delete", "absent", in_scratch("none"));
	expect_row("notes", "code=own-filter");
	return finish();
}
