/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of Docker's seccomp format, and its default profile for some containers. What a real engine makes of the
 * same is asked in tests/engines/base.test.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/docker_default.h"
#include "snug/filter.h"
#include "snug/memory.h"
#include "snug/profile_allows.h"
#include "snug/profile_resolve.h"
#include "snug/string_set.h"
#include "tests/tap.h"

#define BIT(capability) (1ull << (capability))

static struct profile_target target_of(uint64_t bounding)
{
	return (struct profile_target){ .machine = arch_by_name("x86_64"), .bounding = bounding, .kernel = 6, .revision = 1 };
}

/* The one call that each rule of this profile allows is named for when it should stay. */
static const char conditional[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":["
	"{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[\"SCMP_ARCH_ARM\"]},"
	"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}],\"syscalls\":["
	"{\"names\":[\"stays\"],\"action\":\"A\",\"includes\":{},\"excludes\":null},"
	"{\"name\":\"stays_by_old_name\",\"action\":\"A\"},"
	"{\"names\":[\"stays_on_amd64\"],\"includes\":{\"arches\":[\"arm64\",\"amd64\"]}},"
	"{\"names\":[\"goes_arm64\"],\"includes\":{\"arches\":[\"arm64\"]}},"
	"{\"names\":[\"goes_not_amd64\"],\"excludes\":{\"arches\":[\"amd64\"]}},"
	"{\"names\":[\"stays_with_kill\"],\"includes\":{\"caps\":[\"CAP_KILL\"]}},"
	"{\"names\":[\"goes_needs_both\"],\"includes\":{\"caps\":[\"CAP_KILL\",\"CAP_SYS_ADMIN\"]}},"
	"{\"names\":[\"goes_without_kill\"],\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_KILL\"]}},"
	"{\"names\":[\"stays_without_admin\"],\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}},"
	"{\"names\":[\"goes_unknown_capability\"],\"includes\":{\"caps\":[\"CAP_NONESUCH\"]}},"
	"{\"names\":[\"stays_old_kernel\"],\"includes\":{\"minKernel\":\"4.8\"}},"
	"{\"names\":[\"stays_this_kernel\"],\"includes\":{\"minKernel\":\"6.1\"}},"
	"{\"names\":[\"goes_newer_kernel\"],\"includes\":{\"minKernel\":\"6.2\"}},"
	"{\"names\":[\"goes_from_kernel\"],\"excludes\":{\"minKernel\":\"5.0\"}},"
	"{\"names\":[\"goes_one_of_two\"],\"includes\":{\"minKernel\":\"4.8\",\"caps\":[\"CAP_SYS_ADMIN\"]}}]}";

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

static void test_conditions(void)
{
	const struct profile_target target = target_of(BIT(CAP_KILL));
	CLEANUP(text_done) struct text out = TEXT_EMPTY;

	ok_int(profile_resolve(&out, conditional, strlen(conditional), "test", &target, NULL), 0);
	ok_int((int)count_of(text_cstr(&out), "\"stays"), 7);
	ok_int((int)count_of(text_cstr(&out), "\"goes"), 0);
	ok(!strstr(out.data, "cludes") && !strstr(out.data, "archMap") && !strstr(out.data, "\"name\""));
	ok(strstr(out.data, "SCMP_ARCH_X86_64") && strstr(out.data, "SCMP_ARCH_X86\"") && !strstr(out.data, "ARM"));
}

static void test_bad_profiles(void)
{
	static const char *const bad[] = {
		"", "[]", "{",
		"{\"architectures\":[\"SCMP_ARCH_X86\"],\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}]}",
		"{\"syscalls\":[{\"name\":\"a\",\"names\":[\"b\"]}]}",
		"{\"syscalls\":[{\"names\":[\"b\"],\"includes\":{\"minKernel\":\"4\"}}]}",
		"{\"syscalls\":[{\"names\":[\"b\"],\"excludes\":{\"minKernel\":4.8}}]}",
	};
	const struct profile_target target = target_of(0);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CLEANUP(text_done) struct text out = TEXT_EMPTY;
		struct error err = ERROR_NONE;

		ok_int(profile_resolve(&out, bad[i], strlen(bad[i]), "test", &target, &err), -EINVAL);
		ok(err.text[0] && out.length == 0);
	}
}

static struct filter *default_filter(const char *machine, uint64_t bounding)
{
	const struct profile_target target = { .machine = arch_by_name(machine), .bounding = bounding, .kernel = 6 };
	CLEANUP(text_done) struct text profile = TEXT_EMPTY, resolved = TEXT_EMPTY;
	struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	docker_default_profile(&profile, target.machine);
	ok_int(profile_resolve(&resolved, profile.data, profile.length, "default", &target, &err), 0);
	ok_int(filter_from_profile(&filter, text_cstr(&resolved), resolved.length, "default", &err), 0);
	return filter;
}

struct row {
	const char *machine, *abi, *call;
	uint64_t bounding, first_arg, second_arg;
	uint32_t answer;
};

#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE(code) (SECCOMP_RET_ERRNO | (code))

static const struct row rows[] = {
	{ "x86_64", "x86_64", "read", 0, 0, 0, ALLOW },
	{ "x86_64", "x86", "read", 0, 0, 0, ALLOW },
	{ "x86_64", "x32", "read", 0, 0, 0, ALLOW },
	{ "x86_64", "x86_64", "mount", 0, 0, 0, REFUSE(EPERM) },
	{ "x86_64", "x86_64", "mount", BIT(CAP_SYS_ADMIN), 0, 0, ALLOW },
	{ "x86_64", "x86_64", "clone3", 0, 0, 0, REFUSE(ENOSYS) },
	{ "x86_64", "x86_64", "clone3", BIT(CAP_SYS_ADMIN), 0, 0, ALLOW },
	{ "x86_64", "x86_64", "clone", 0, 0x01200011, 0, ALLOW },
	{ "x86_64", "x86_64", "clone", 0, 0x10000000, 0, REFUSE(EPERM) },		/* CLONE_NEWUSER */
	{ "x86_64", "x86_64", "clone", BIT(CAP_SYS_ADMIN), 0x10000000, 0, ALLOW },
	{ "x86_64", "x86_64", "chroot", 0, 0, 0, REFUSE(EPERM) },
	{ "x86_64", "x86_64", "chroot", BIT(CAP_SYS_CHROOT), 0, 0, ALLOW },
	{ "x86_64", "x86_64", "socket", 0, 2, 0, ALLOW },
	{ "x86_64", "x86_64", "socket", 0, 38, 0, REFUSE(EPERM) },		/* AF_ALG */
	{ "x86_64", "x86_64", "socket", 0, 40, 0, REFUSE(EPERM) },		/* AF_VSOCK */
	{ "x86_64", "x86_64", "personality", 0, 0xffffffff, 0, ALLOW },
	{ "x86_64", "x86_64", "personality", 0, 1, 0, REFUSE(EPERM) },
	{ "x86_64", "x86_64", "arch_prctl", 0, 0, 0, ALLOW },
	{ "x86_64", "x86_64", "fchmodat2", 0, 0, 0, ALLOW },			/* newer than libseccomp 2.5.4 */
	{ "x86_64", "x86_64", "futex_wait", 0, 0, 0, ALLOW },
	{ "x86_64", "x86_64", "lsm_list_modules", 0, 0, 0, REFUSE(EPERM) },
	{ "x86_64", "x86_64", "#600", 0, 0, 0, REFUSE(ENOSYS) },		/* newer than the profile */
	{ "aarch64", "arm", "set_tls", 0, 0, 0, ALLOW },
	{ "x86_64", "aarch64", "read", 0, 0, 0, SECCOMP_RET_KILL_THREAD },	/* of another machine */
};

static void test_default(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const uint64_t args[6] = { row->first_arg, row->second_arg };
		CLEANUP(filter_freep) struct filter *filter = default_filter(row->machine, row->bounding);
		int number = syscall_number(arch_by_name(row->abi), row->call);

		printf("# %s/%s %s\n", row->machine, row->abi, row->call);
		ok(filter && number >= 0);
		if (filter)
			ok_int((int)filter_answer(filter, arch_by_name(row->abi), (uint32_t)number, args), (int)row->answer);
	}
}

/* libseccomp compiles for machines of the same byte order only, so that the text is looked at. */
static void test_s390x(void)
{
	const struct profile_target target = { .machine = arch_by_name("s390x"), .kernel = 6 };
	CLEANUP(text_done) struct text profile = TEXT_EMPTY, resolved = TEXT_EMPTY;
	const char *clone;

	docker_default_profile(&profile, target.machine);
	ok_int(profile_resolve(&resolved, profile.data, profile.length, "default", &target, NULL), 0);
	clone = strstr(text_cstr(&resolved), "\"clone\"");
	ok(clone && strstr(clone, "\"index\": 1") && strstr(clone, "\"index\": 1") < strstr(clone, "SCMP_CMP_MASKED_EQ"));
	ok(strstr(resolved.data, "s390_runtime_instr") && !strstr(resolved.data, "arch_prctl"));
}

static bool is_call_somewhere(const char *name)
{
	const struct arch *abi;

	for (size_t i = 0; (abi = arch_at(i)) != NULL; i++)
		if (syscall_number(abi, name) >= 0)
			return true;
	return false;
}

/* The table behind the profile: sorted, no row twice, and every call is one. */
static void test_rows(void)
{
	CLEANUP(text_done) struct text profile = TEXT_EMPTY;
	char *saved = NULL, *before = NULL;
	size_t count = 0, unsorted = 0, unknown = 0;

	docker_default_profile(&profile, arch_by_name("x86_64"));
	for (char *line = strtok_r(profile.data, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved)) {
		char name[SYSCALL_NAME_MAX];

		if (sscanf(line, " { \"names\": [\"%63[^\"]", name) != 1)
			continue;
		count++;
		unsorted += before && strncmp(before, line, strcspn(line, "]")) > 0;
		unsorted += before && strncmp(before, line, strlen(line) - 1) == 0;
		unknown += !is_call_somewhere(name);
		before = line;
	}
	ok(count > 400);
	ok_int((int)unsorted, 0);
	ok_int((int)unknown, 0);
}

/* What depends on anything, or is refused by any rule, is not always allowed. */
static void test_always_allowed(void)
{
	static const char profile[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		"{\"names\":[\"plain\",\"refused_later\",\"logged_later\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		"{\"name\":\"old_name\",\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{},\"excludes\":null,\"args\":[]},"
		"{\"names\":[\"argument\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]},"
		"{\"names\":[\"capability\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_KILL\"]}},"
		"{\"names\":[\"kernel\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"minKernel\":\"4.8\"}},"
		"{\"names\":[\"both\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":[\"amd64\"]}},"
		"{\"names\":[\"both\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		"{\"names\":[\"refused_later\"],\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{\"caps\":[\"CAP_KILL\"]}},"
		"{\"names\":[\"logged_later\"],\"action\":\"SCMP_ACT_LOG\"}]}";
	static const char *const names[] = {
		"plain", "refused_later", "logged_later", "old_name", "argument", "capability", "kernel", "both", "unnamed",
	};
	CLEANUP(string_set_done) struct string_set all = STRING_SET_EMPTY, allowed = STRING_SET_EMPTY, free_ones = STRING_SET_EMPTY,
						    none = STRING_SET_EMPTY;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		string_set_add(&all, names[i]);
	profile_always_allowed(&allowed, &all, profile, strlen(profile));
	ok_int((int)allowed.count, 3);
	ok(string_set_has(&allowed, "plain") && string_set_has(&allowed, "old_name") && string_set_has(&allowed, "both"));
	profile_always_allowed(&free_ones, &all, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", 34);
	ok_int((int)free_ones.count, (int)all.count);
	profile_always_allowed(&none, &all, "[", 1);
	profile_always_allowed(&none, &all, "[]", 2);
	profile_always_allowed(&none, &all, "{\"defaultAction\":[],\"syscalls\":{\"plain\":1}}", 45);
	ok_int((int)none.count, 0);
}

static void test_capabilities(void)
{
	ok(docker_default_capabilities() == 0xa80425fb);	/* what docker run alpine grep CapBnd /proc/self/status prints */
}

int main(void)
{
	test_conditions();
	test_bad_profiles();
	test_default();
	test_s390x();
	test_rows();
	test_always_allowed();
	test_capabilities();
	return done();
}
