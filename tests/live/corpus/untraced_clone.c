/* SPDX-License-Identifier: Apache-2.0 */
/* CLONE_UNTRACED: a child that a tracer does not get by itself. Nothing that it does may be missed. */
#include <sched.h>

#include "corpus.h"

static int child(void *argument)
{
	(void)argument;
	return rmdir(in_scratch("none")) == -1 && errno == ENOENT ? 5 : 1;
}

int main(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(16)));

	begin(argc, argv);
	CHECK(status_of(clone(child, stack + sizeof(stack), CLONE_UNTRACED | SIGCHLD, NULL)) == 5);
	expect("delete", "absent", in_scratch("none"));
	return finish();
}
