/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts: #! with an argument, relative, and a chain of three. */
#include "corpus.h"

static char *const environment[] = { NULL };

static void make_script(const char *name, const char *line)
{
	const char *path = in_scratch(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	CHECK(fd >= 0);
	CHECK(write(fd, line, strlen(line)) == (ssize_t)strlen(line));
	CHECK(close(fd) == 0);
	expect("write,create", "ok", path);
}

static void run_script(void)
{
	char *arguments[] = { "script", NULL };

	execve(in_scratch("third"), arguments, environment);
	_exit(1);
}

static void run_relative(void)
{
	char *arguments[] = { "script", NULL };

	execve("relative", arguments, environment);
	_exit(1);
}

int main(int argc, char **argv)
{
	char line[PATH_MAX + 16];

	begin(argc, argv);
	/* As an interpreter this program gets: its name, "child", the script. */
	if (strcmp(argv[1], "child") == 0)
		return argc >= 3 ? 0 : 1;
	snprintf(line, sizeof(line), "#!%s child\n", self);
	make_script("first", line);
	snprintf(line, sizeof(line), "#! %s \n", in_scratch("first"));
	make_script("second", line);
	snprintf(line, sizeof(line), "#!%s\n", in_scratch("second"));
	make_script("third", line);
	make_script("relative", "#!first\n");
	make_script("broken", "#!/nowhere/interpreter\n");
	in_child(run_script);
	expect("execute,read", "ok", in_scratch("first"));
	expect("execute,read", "ok", in_scratch("second"));
	expect("execute,read", "ok", in_scratch("third"));
	enter_scratch();
	in_child(run_relative);
	expect("execute,read", "ok", in_scratch("relative"));
	CHECK_ERRNO(execve(in_scratch("broken"), argv, environment), ENOENT);
	expect("execute,read", "unknown", in_scratch("broken"));
	expect("execute,read", "absent", "/nowhere/interpreter");
	return finish();
}
