/* SPDX-License-Identifier: Apache-2.0 */
/* From what was seen of a check to what it means; see capability_verdict.h. */
#include "snug/capability_verdict.h"

#include <linux/capability.h>
#include <string.h>

#include "snug/memory.h"

static const char *const mark_names[] = { "unaudited", "unheld", "unchanged" };

const char *check_mark_name(uint32_t one_bit)
{
	return mark_names[__builtin_ctz(one_bit)];
}

uint32_t check_mark_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(mark_names); i++)
		if (strcmp(mark_names[i], name) == 0)
			return 1u << i;
	return 0;
}

const char *capability_verdict_name(enum capability_verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_NEEDED] = "needed",
		[VERDICT_REFUSED] = "refused",
		[VERDICT_HARMLESS] = "harmless",
		[VERDICT_EFFECT] = "effect",
		[VERDICT_KERNEL] = "kernel-internal",
		[VERDICT_OTHER_USERNS] = "other user namespace",
	};

	return names[verdict];
}

/* What the kernel does without the capability, as far as the check's place tells. A check that nobody knows and that was
 * not to be logged has, by the kernel's own rule (CAP_OPT_NOAUDIT), an answer that is no error. */
static enum refusal refusal_of(const struct capability_fact *fact)
{
	const struct kernel_function *row = fact->inferred ? NULL : kernel_function_of(fact->reason, fact->number);

	if (row)
		return row->refusal;
	return fact->marks & CHECK_UNAUDITED ? REFUSAL_NOISE : REFUSAL_FAILS;
}

enum capability_verdict capability_verdict(const struct capability_fact *fact)
{
	enum refusal refusal = refusal_of(fact);

	if (refusal == REFUSAL_NOISE || (fact->marks & CHECK_UNHELD))
		return VERDICT_KERNEL;
	if (fact->own_userns)
		return VERDICT_OTHER_USERNS;
	if (refusal == REFUSAL_IF_CHANGED && (fact->marks & CHECK_UNCHANGED))
		return VERDICT_HARMLESS;
	if (refusal == REFUSAL_DIFFERS)
		return VERDICT_EFFECT;
	/* A call that failed in another way with the capability would not have come so far without. */
	if (fact->granted)
		return fact->outcome == OUTCOME_REFUSED ? VERDICT_HARMLESS : VERDICT_NEEDED;
	return fact->outcome == OUTCOME_REFUSED || fact->outcome == OUTCOME_UNKNOWN ? VERDICT_REFUSED : VERDICT_HARMLESS;
}

/* In the order in which the kernel asks: the first is refused, the second asked. */
static const struct {
	int first, then;
	const char *function;	/* where; NULL = everywhere */
	const char *source;
} alternatives[] = {
	{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, "generic_permission", "fs/namei.c" },
	{ CAP_PERFMON, CAP_SYS_ADMIN, NULL, "include/linux/capability.h: perfmon_capable()" },
	{ CAP_BPF, CAP_SYS_ADMIN, NULL, "include/linux/capability.h: bpf_capable()" },
	{ CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, NULL, "include/linux/capability.h: checkpoint_restore_ns_capable()" },
};

bool capability_is_asked_instead(int first, int then, const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(alternatives); i++)
		if (alternatives[i].first == first && alternatives[i].then == then &&
		    (!alternatives[i].function || (reason && strcmp(alternatives[i].function, reason) == 0)))
			return true;
	return false;
}
