/* SPDX-License-Identifier: Apache-2.0 */
/* Refused calls, one of each number; see tracefs_numbers.h. */
#include "record/tracefs_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define LEAVE 77	/* the status with which exit_group() is let through */

/* The numbers are this program's own: whatever the machine's are, its filter need not tell ABIs apart. */
static int refuse_all(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 5),
		/* Of a 64-bit argument the half that holds the status stands at one of two places: either will do. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LEAVE, 2, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LEAVE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSED_ERRNO),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}

/* `next` is shared with its parent, and says where it was when a call killed it: uretprobe() of x86, which no filter sees
 * (Linux 6.13), ends whoever calls it from a place of his own. */
static void make_calls(volatile uint64_t *next, uint64_t numbers)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (refuse_all() == 0)
		while (*next < numbers)
			syscall((long)(*next)++, 0L, 0L, 0L, 0L, 0L, 0L);
	for (;;)
		syscall(SYS_exit_group, LEAVE);
}

static void run_child(void *context)
{
	const int *ends = context;
	volatile uint64_t *next;
	uint64_t numbers;
	int status;

	close(ends[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What is mapped to be written is accounted for, which asks for CAP_SYS_ADMIN: cap_vm_enough_memory(). */
	if (read(ends[0], &numbers, sizeof(numbers)) != sizeof(numbers))
		_exit(LEAVE);
	next = mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	while (next != MAP_FAILED && *next < numbers) {
		uint64_t before = *next;
		pid_t child = fork();

		if (child == 0)
			make_calls(next, numbers);
		while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (child < 0 || *next == before)
			break;
	}
	_exit(LEAVE);
}

int refused_child_start(struct refused_child *ret, struct tracefs_parent *parent, struct error *err)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "cannot make a pipe");
	child = tracefs_parent_fork(parent, run_child, ends);
	close(ends[0]);
	*ret = (struct refused_child){ child, ends[1] };
	if (child > 0)
		return 0;
	close(steal_fd(&ret->go));
	return error_errno(err, -errno, "cannot start a process");
}

void refused_child_run(struct refused_child *child, uint64_t numbers)
{
	if (write(child->go, &numbers, sizeof(numbers)) != sizeof(numbers))
		kill(child->pid, SIGKILL);
	close(steal_fd(&child->go));
	while (waitpid(child->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}
