/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a seccomp profile. What is accepted answers every call with one of seccomp's actions. */
#include <linux/seccomp.h>

#include "snug/cleanup.h"
#include "snug/filter.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	if (filter_from_profile(&filter, (const char *)data, size, "fuzz", &err) == 0)
		check_answers(filter);
	else
		promise(err.code < 0 && err.text[0] && !filter);
	return 0;
}
