/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter answers to every call with many arguments, as lines that can be compared: tests/engines/base.test.
 *
 *	base_answers default			Docker's default profile as snug has it, in Docker's format
 *	base_answers ours CONFIG.JSON		that profile for the container of this config.json, answering
 *	base_answers engine PROFILE.JSON	a profile that an engine resolved, answering
 */
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "snug/bundle.h"
#include "snug/cleanup.h"
#include "snug/docker_default.h"
#include "snug/file.h"
#include "snug/filter.h"
#include "snug/memory.h"
#include "snug/profile_resolve.h"

#define NUMBERS 512	/* of an ABI */

/* Around every value that a rule of Docker's profile compares with, and what differs from it in the upper half only. */
static const uint64_t values[] = {
	0, 1, 2, 7, 8, 9, 16, 37, 38, 39, 40, 41, 44, 0x1ffff, 0x20000, 0x20001, 0x20008, 0x1200011, 0x10000000, 0x40000000,
	0x7e020000, 0x80000000, 0xffffffff, 0x100000000, 0x100000026, 0x100000028, UINT64_MAX,
};

static int fail(const struct error *err)
{
	fprintf(stderr, "base_answers: %s\n", err->text);
	return 2;
}

static void print_answer(uint32_t answer)
{
	if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		printf(" %u", answer & SECCOMP_RET_DATA);
	else
		printf(" %s", answer == SECCOMP_RET_ALLOW ? "+" : "?");
}

/* Each value in the first and in the second argument; one answer where all are the same. */
static void print_call(const struct filter *filter, const struct arch *abi, uint32_t number)
{
	uint32_t answers[2 * ARRAY_SIZE(values)];
	char name[SYSCALL_NAME_MAX];
	bool same = true;

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		uint64_t args[6] = { 0 };

		args[i % 2] = values[i / 2];
		answers[i] = filter_answer(filter, abi, number | abi->number_mask, args);
		same &= answers[i] == answers[0];
	}
	printf("%s %s", abi->name, syscall_name(abi, number | abi->number_mask, name));
	for (size_t i = 0; i < (same ? 1 : ARRAY_SIZE(answers)); i++)
		print_answer(answers[i]);
	putchar('\n');
}

static int print_answers(const struct text *profile, const char *name)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;
	struct error err = ERROR_NONE;
	const struct arch *abi;

	if (filter_from_profile(&filter, text_cstr(profile), profile->length, name, &err) < 0)
		return fail(&err);
	for (size_t i = 0; (abi = arch_at(i)) != NULL; i++)
		for (uint32_t number = 0; number < NUMBERS && strcmp(abi->family, arch_native()->family) == 0; number++)
			print_call(filter, abi, number);
	return 0;
}

static int answer_for(const char *config)
{
	CLEANUP(text_done) struct text json = TEXT_EMPTY, profile = TEXT_EMPTY, resolved = TEXT_EMPTY;
	struct profile_target target = { .machine = arch_native() };
	struct error err = ERROR_NONE;
	struct utsname machine;
	struct bundle bundle;
	int code = file_read(config, 0, &json, &err);

	if (code == 0)
		code = bundle_parse(&bundle, text_cstr(&json), json.length, &err);
	if (code < 0)
		return fail(&err);
	uname(&machine);
	sscanf(machine.release, "%9u.%9u", &target.kernel, &target.revision);
	target.bounding = bundle.capabilities.bounding;
	bundle_done(&bundle);
	docker_default_profile(&profile, target.machine);
	if (profile_resolve(&resolved, profile.data, profile.length, "default", &target, &err) < 0)
		return fail(&err);
	return print_answers(&resolved, "default");
}

static int answer_of(const char *path)
{
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	return file_read(path, 0, &profile, &err) < 0 ? fail(&err) : print_answers(&profile, path);
}

int main(int argc, char **argv)
{
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;

	if (argc == 3 && strcmp(argv[1], "ours") == 0)
		return answer_for(argv[2]);
	if (argc == 3 && strcmp(argv[1], "engine") == 0)
		return answer_of(argv[2]);
	docker_default_profile(&profile, arch_native());
	fputs(text_cstr(&profile), stdout);
	return 0;
}
