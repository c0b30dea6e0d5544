/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a seccomp profile. What is accepted answers every call with one of seccomp's actions. */
#include <linux/seccomp.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/filter.h"
#include "snug/profile_resolve.h"
#include "tests/fuzz/fuzz.h"

static void check_answers(const struct filter *filter)
{
	const struct arch *abi;

	for (size_t i = 0; (abi = arch_at(i)) != NULL; i++)
		for (uint32_t number = 0; number < 512; number += 7) {
			const uint64_t args[6] = { number, ~0ull, 1ull << 32, 0, 2, 16 };
			uint32_t action = filter_answer(filter, abi, number | abi->number_mask, args) & SECCOMP_RET_ACTION_FULL;

			promise(action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_ERRNO ||
				action == SECCOMP_RET_KILL_THREAD || action == SECCOMP_RET_KILL_PROCESS ||
				action == SECCOMP_RET_TRAP || action == SECCOMP_RET_TRACE || action == SECCOMP_RET_LOG ||
				action == SECCOMP_RET_USER_NOTIF);
		}
}

/* Resolving is idempotent, and leaves no condition. */
static void check_resolved(const uint8_t *data, size_t size)
{
	const struct profile_target target = { .machine = arch_by_name("x86_64"), .bounding = 0xa80425fb, .kernel = 6 };
	CLEANUP(text_done) struct text once = TEXT_EMPTY, twice = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	if (profile_resolve(&once, (const char *)data, size, "fuzz", &target, &err) < 0) {
		promise(err.code < 0 && err.text[0] && once.length == 0);
		return;
	}
	promise(profile_resolve(&twice, once.data, once.length, "fuzz", &target, NULL) == 0);
	promise(strcmp(once.data, twice.data) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	check_resolved(data, size);

	if (filter_from_profile(&filter, (const char *)data, size, "fuzz", &err) == 0)
		check_answers(filter);
	else
		promise(err.code < 0 && err.text[0] && !filter);
	return 0;
}
