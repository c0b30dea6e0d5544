/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes every syscall of a range, with arguments that do no harm, and prints what came of it.
 *
 *	try_syscall native|x32|i386 FIRST LAST
 *
 * One line a call, "NUMBER ERRNO" (0 = it succeeded). The number is written before the call is made: a line
 * without an errno is a call that did not return, because it ended the process. Static, and makes no call of its
 * own but write and exit_group, so that it runs under any filter under which a program can print something.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define X32_SYSCALL_BIT 0x40000000L	/* uapi/asm/unistd.h */

/*
 * All bits set is a bad descriptor, a bad address, an unknown option, flag, signal, clock and process, and "no
 * change" for ids; nothing here waits or breaks anything on it. The calls that take no argument are as harmless,
 * but for those that start a second process: it has to end at once.
 */
static long try_native(long number)
{
	long result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);

#ifdef SYS_fork
	if (number == SYS_fork && result == 0)
		syscall(SYS_exit_group, 0);
#endif
	return result < 0 ? errno : 0;
}

#ifdef SYS_vfork
/* The child borrows the parent's stack: only libc's own wrapper returns from this call safely. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static long try_vfork(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	return child < 0 ? errno : 0;
}
#pragma GCC diagnostic pop
#endif

#ifdef __x86_64__
static long try_x32(long number)
{
	return try_native(number | X32_SYSCALL_BIT);
}

static long try_i386(long number)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(-1L), "c"(-1L), "d"(-1L), "S"(-1L), "D"(-1L)
			 : "memory", "r8", "r9", "r10", "r11");
	return result < 0 ? -result : 0;
}
#endif

static const struct {
	const char *name;
	long (*attempt)(long number);
} abis[] = {
	{ "native", try_native },
#ifdef __x86_64__
	{ "x32", try_x32 },
	{ "i386", try_i386 },
#endif
};

static void say(long value, char end)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld%c", value, end);

	if (write(STDOUT_FILENO, text, (size_t)length) != length)
		_exit(3);
}

int main(int argc, char **argv)
{
	long (*attempt)(long number) = NULL;

	for (size_t i = 0; argc == 4 && i < sizeof(abis) / sizeof(*abis); i++)
		if (strcmp(argv[1], abis[i].name) == 0)
			attempt = abis[i].attempt;
	if (!attempt)
		return 2;
	for (long number = atol(argv[2]); number <= atol(argv[3]); number++) {
		say(number, ' ');
#ifdef SYS_vfork
		if (number == SYS_vfork && attempt == try_native) {
			say(try_vfork(), '\n');
			continue;
		}
#endif
		say(attempt(number), '\n');
	}
	_exit(0);
}
