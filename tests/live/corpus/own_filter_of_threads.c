/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: tasks
 * A filter that one thread loads for all (TSYNC) while another sleeps in a call and a third does not call at all: the
 * first call of each under that filter is refused by it, and is a call nonetheless. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "corpus.h"

static volatile int loaded;
static const char *of_sleeper, *of_spinner;
static int ends[2];

static void *sleep_in_call(void *argument)
{
	char byte;

	(void)argument;
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK_ERRNO(mkdir(of_sleeper, 0700), ENOSPC);
	return NULL;
}

static void *spin(void *argument)
{
	(void)argument;
	while (!loaded)
		;
	CHECK_ERRNO(mkdir(of_spinner, 0700), ENOSPC);
	return NULL;
}

static void install(void)
{
	static struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(rows) / sizeof(rows[0]), rows };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0);
}

int main(int argc, char **argv)
{
	pthread_t sleeper, spinner;

	begin(argc, argv);
	of_sleeper = in_scratch("of-sleeper");
	of_spinner = in_scratch("of-spinner");
	CHECK(pipe(ends) == 0);
	CHECK(pthread_create(&sleeper, NULL, sleep_in_call, NULL) == 0);
	CHECK(pthread_create(&spinner, NULL, spin, NULL) == 0);
	usleep(100000);
	install();
	loaded = 1;
	pthread_join(spinner, NULL);
	CHECK(write(ends[1], "", 1) == 1);
	pthread_join(sleeper, NULL);
	expect("create", "unknown", of_sleeper);
	expect("create", "unknown", of_spinner);
	expect_row("notes", "code=own-filter");
	return finish();
}
