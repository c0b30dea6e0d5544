/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn with file actions, and system(). */
#include <spawn.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	char *const arguments[] = { argv[0], "child", NULL };
	char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	begin(argc, argv);
	if (strcmp(argv[1], "child") == 0)
		return fcntl(9, F_GETFL) >= 0 ? 6 : 1;
	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_addopen(&actions, 9, in_scratch("spawned"), O_WRONLY | O_CREAT, 0600) == 0);
	CHECK(posix_spawn(&pid, self, &actions, NULL, arguments, environment) == 0);
	CHECK(status_of(pid) == 6);
	expect("write,create", "ok", in_scratch("spawned"));
	CHECK(posix_spawn(&pid, in_scratch("none"), NULL, NULL, arguments, environment) == ENOENT);
	expect("execute,read", "absent", in_scratch("none"));
	return finish();
}
