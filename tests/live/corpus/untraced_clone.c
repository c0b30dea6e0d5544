/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * CLONE_UNTRACED, by clone and clone3: a child that a tracer does not get by itself. Nothing that it does may be missed,
 * and nothing that it does may fail for that. */
#include <linux/sched.h>
#include <sched.h>

#include "corpus.h"

static int child(void *argument)
{
	return rmdir(argument) == -1 && errno == ENOENT ? 5 : 1;
}

int main(int argc, char **argv)
{
	struct clone_args request = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid;

	begin(argc, argv);
	CHECK(status_of(clone(child, stack + sizeof(stack), CLONE_UNTRACED | SIGCHLD, (void *)in_scratch("a"))) == 5);
	pid = (pid_t)syscall(SYS_clone3, &request, sizeof(request));
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(child((void *)in_scratch("b")));
	CHECK(status_of(pid) == 5 && request.flags == CLONE_UNTRACED);
	expect("delete", "absent", in_scratch("a"));
	expect("delete", "absent", in_scratch("b"));
	return finish();
}
