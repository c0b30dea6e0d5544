/* SPDX-License-Identifier: Apache-2.0 */
/* The filter under which a tracee stops by itself answers to every number as was decided, by the program's own run. */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "record/call_filter.h"
#include "record/call_table.h"
#include "record/told_call.h"
#include "snug/filter.h"
#include "snug/memory.h"
#include "tests/tap.h"

/* By which decisions a filter is made: every seventh passes, every fifth of the rest by its arguments, in runs of other lengths. */
static const struct syscall_access conditions[] = {
	{ .when = { { 1, 0xf, 0x3 } } },
	{ .when = { { 0, 0xffffffff00000000, 0x100000000 }, { 2, 1, 1 } } },
};
static const struct syscall_access *const rows[] = { &conditions[0], &conditions[1] };

static const struct syscall_access known[] = {
	{ .when = { { 1, 0xffffffff, 3 } } },
	{ .when = { { 1, 0xffffffff, 0 } } },
	{ .when = { { 2, UINT64_MAX, 1 } } },
	{ .when = { { 3, 0x1000, 0x1000 }, { 1, UINT64_MAX, 0x7f5500000010 } } },
};
static const struct syscall_access *const values[] = { &known[0], &known[1], &known[2], &known[3] };

static struct call_decision mixed(void *context, uint32_t number)
{
	(void)context;
	if (number % 7 == 0 || (number > 300 && number < 400))
		return (struct call_decision){ .passes = true };
	if (number % 5 == 0 && number < 300)
		return (struct call_decision){ .passes = true, .unless = rows, .unless_count = ARRAY_SIZE(rows) };
	if (number % 11 == 0 && number < 600)
		return (struct call_decision){ true, rows, number % 2, values, ARRAY_SIZE(values) };
	return (struct call_decision){ .passes = false };
}

static struct call_decision hungry(void *context, uint32_t number)
{
	static const struct syscall_access *many[50];

	(void)context;
	(void)number;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = &conditions[1];
	return (struct call_decision){ .passes = true, .unless = many, .unless_count = ARRAY_SIZE(many) };
}

static struct call_decision none(void *context, uint32_t number)
{
	(void)context;
	(void)number;
	return (struct call_decision){ .passes = false };
}

static bool stops(struct call_decision decision, const uint64_t args[6])
{
	for (size_t i = 0; i < decision.unless_count; i++)
		if (syscall_access_holds(decision.unless[i], args))
			return true;
	for (size_t i = 0; i < decision.among_count; i++)
		if (syscall_access_holds(decision.among[i], args))
			return false;
	return !decision.passes || decision.among_count;
}

static const uint64_t arguments[][6] = {
	{ 0 }, { 0, 3, 0 }, { 0, 0x13, 0 }, { 0x100000000, 0, 1 }, { 0x100000005, 0, 1 }, { 0x100000000, 0, 2 }, { 0x200000000, 0, 1 },
	{ 0, 0x300000000, 0 }, { 0, 0x7f5500000010, 0, 0x1000 }, { 0, 0x7f5500000010, 0, 0x100 }, { 0, 0x7f5600000010, 0, 0x1100 },
	{ 0, 0x7f5500000018, 0, 0x1000 },
};

static size_t wrong_answers(const struct filter *filter, struct call_decision (*decide)(void *, uint32_t))
{
	size_t wrong = 0;

	for (uint32_t number = 0; number < CALL_NUMBERS_MAX; number++)
		for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
			uint32_t want = stops(decide(NULL, number), arguments[i]) ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW;

			wrong += filter_answer(filter, arch_native(), number, arguments[i]) != want;
		}
	return wrong;
}

static struct filter *make(struct call_decision (*decide)(void *, uint32_t))
{
	struct call_filter *code = xcalloc(1, sizeof(*code));
	struct filter *filter = NULL;

	call_filter_make(code, decide, NULL);
	ok(code->length <= CALL_FILTER_MAX);
	ok_int(filter_from_program(&filter, code->code, code->length * sizeof(code->code[0])), 0);
	free(code);
	return filter;
}

static bool any(void *context, const char *name, uint64_t number)
{
	(void)context;
	(void)name;
	return number < CALL_NUMBERS_MAX;
}

/* Is this the condition under which calls of that name tell all? */
static bool told_when(const struct told_calls *calls, const char *name, unsigned int index, uint64_t mask, uint64_t value)
{
	const struct told_call *call = told_calls_get(calls, name);

	return call && call->when.mask == mask && (!mask || (call->when.index == index && call->when.value == value));
}

/* What tells all in its registers, on every ABI of the machine's kernel. */
static void test_told(void)
{
	static const char *const never[] = { "openat", "execve", "chdir", "setuid", "kill", "setpgid", "setsid", "sendmsg", "clone3" };
	static const char *const always[] = { "close", "epoll_pwait", "recvfrom", "writev", "getppid", "umask" };
	struct told_calls calls = { 0 };

	told_calls_find(&calls, any, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		ok(told_calls_get(&calls, never[i]) == NULL);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		ok(told_when(&calls, always[i], 0, 0, 0));
	ok(told_when(&calls, "mprotect", 2, PROT_EXEC, 0));
	ok(told_when(&calls, "sendto", 4, UINT64_MAX, 0));
	ok(told_when(&calls, "statx", 2, UINT64_MAX, AT_EMPTY_PATH));
	if (strcmp(arch_native()->name, "x86_64") == 0)
		ok(!told_calls_get(&calls, "mmap"));	/* of x86 its arguments stand in memory */
	told_calls_done(&calls);
	ok(told_calls_get(&calls, "close") == NULL && told_calls_get(NULL, "close") == NULL);
}

int main(void)
{
	CLEANUP(filter_freep) struct filter *filter = make(mixed);
	CLEANUP(filter_freep) struct filter *of_none = make(none);
	CLEANUP(filter_freep) struct filter *full = make(hungry);

	test_told();
	ok_int(wrong_answers(filter, mixed), 0);
	ok_int(wrong_answers(of_none, none), 0);
	ok_int(filter_answer(full, arch_native(), 0, arguments[0]), SECCOMP_RET_ALLOW);
	ok_int(filter_answer(full, arch_native(), 0, arguments[3]), SECCOMP_RET_TRACE);
	ok_int(filter_answer(full, arch_native(), CALL_NUMBERS_MAX - 1, arguments[0]), SECCOMP_RET_TRACE);
	ok_int(filter_answer(filter, arch_native(), UINT32_MAX, arguments[0]), SECCOMP_RET_TRACE);
	ok_int(filter_answer(filter, arch_native(), CALL_NUMBERS_MAX, arguments[0]), SECCOMP_RET_TRACE);
	for (size_t i = 0; arch_at(i); i++)
		if (arch_at(i)->audit_arch != arch_native()->audit_arch)
			ok_int(filter_answer(filter, arch_at(i), 0, arguments[0]), SECCOMP_RET_TRACE);
	return done();
}
