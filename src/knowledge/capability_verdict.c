/* SPDX-License-Identifier: Apache-2.0 */
/* From what was seen of a check to what it means; see capability_verdict.h. */
#include "snug/capability_verdict.h"

#include <linux/capability.h>
#include <string.h>

#include "snug/memory.h"

static const char *const mark_names[] = { "unaudited", "unheld", "unchanged", "dropped" };

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
	if (fact->marks & CHECK_DROPPED)
		return VERDICT_HARMLESS;
	if (fact->own_userns)
		return VERDICT_OTHER_USERNS;
	if (refusal != REFUSAL_FAILS && (fact->marks & CHECK_UNCHANGED))
		return VERDICT_HARMLESS;
	if (refusal == REFUSAL_DIFFERS)
		return fact->granted ? VERDICT_EFFECT : VERDICT_HARMLESS;
	/* A call that failed in another way with the capability would not have come so far without. */
	if (fact->granted)
		return fact->outcome == OUTCOME_REFUSED ? VERDICT_HARMLESS : VERDICT_NEEDED;
	return fact->outcome == OUTCOME_REFUSED || fact->outcome == OUTCOME_UNKNOWN ? VERDICT_REFUSED : VERDICT_HARMLESS;
}

bool capability_is_kept(const struct capability_fact *fact)
{
	enum capability_verdict verdict = capability_verdict(fact);
	const struct kernel_function *row = kernel_function_of(fact->reason, fact->number);

	return verdict == VERDICT_NEEDED || (verdict == VERDICT_EFFECT && row && row->kept);
}

/*
 * The kernel asks for the first, and where that is refused for the second. The weaker is what a container is given.
 *
 * Not for files: CAP_DAC_READ_SEARCH opens any file of the host by its handle (open_by_handle_at(2)) and CAP_DAC_OVERRIDE
 * writes, so that neither is the weaker one; it stays what the run had.
 */
struct alternative {
	int first, then, weaker;	/* CAPABILITY_NONE: neither */
	const char *asker;		/* the function, or the reason; NULL = whoever asks */
	const char *source;
};

static const struct alternative alternatives[] = {
	{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, CAPABILITY_NONE, "generic_permission", "fs/namei.c" },
	{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, CAPABILITY_NONE, MODE_BITS_REASON, "fs/namei.c" },
	{ CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_NET_ADMIN, "bpf_prog_load", "kernel/bpf/syscall.c" },
	{ CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_RAW, "__sock_cmsg_send", "net/core/sock.c" },
	{ CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_RAW, "do_ip_setsockopt", "net/ipv4/ip_sockglue.c: IP_TRANSPARENT" },
	{ CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_RAW, "do_ipv6_setsockopt", "net/ipv6/ipv6_sockglue.c: IPV6_TRANSPARENT" },
	{ CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_RAW, "sk_setsockopt", "net/core/sock.c: SO_MARK, SO_PRIORITY" },
	{ CAP_SYS_ADMIN, CAP_SYS_NICE, CAP_SYS_NICE, "ioprio_check_cap", "block/ioprio.c" },
	{ CAP_SYS_RESOURCE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE, "copy_process", "kernel/fork.c: RLIMIT_NPROC" },
	{ CAP_SYS_RESOURCE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE, "pipe_set_size", "fs/pipe.c" },
	{ CAP_SYS_RESOURCE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE, "unix_attach_fds", "net/unix/af_unix.c" },
	{ CAP_SYS_RESOURCE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE, "unix_scm_to_skb", "net/unix/af_unix.c: too_many_unix_fds()" },
	{ CAP_SYSLOG, CAP_SYS_ADMIN, CAP_SYSLOG, "check_syslog_permissions", "kernel/printk/printk.c" },
	{ CAP_PERFMON, CAP_SYS_ADMIN, CAP_PERFMON, NULL, "include/linux/capability.h: perfmon_capable()" },
	{ CAP_BPF, CAP_SYS_ADMIN, CAP_BPF, NULL, "include/linux/capability.h: bpf_capable()" },
	{ CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE, NULL,
	  "include/linux/capability.h: checkpoint_restore_ns_capable()" },
};

static bool is_asked_by(const struct alternative *row, const char *reason)
{
	return !row->asker || (reason && (strcmp(reason, row->asker) == 0 || kernel_function_asks(reason, row->asker)));
}

/* The row in which both stand, or one of them (CAPABILITY_ANY: the other) comes first. */
static const struct alternative *find_alternative(int first, int then, const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(alternatives); i++) {
		const struct alternative *row = &alternatives[i];

		if (row->first == first && (then == CAPABILITY_ANY || row->then == then) && is_asked_by(row, reason))
			return row;
	}
	return NULL;
}

bool capability_is_asked_instead(int first, int then, const char *reason)
{
	return find_alternative(first, then, reason);
}

int capability_to_give(const struct capability_fact *fact, int *ret_stronger)
{
	bool came_second = fact->instead_of != CAPABILITY_NONE;
	const struct alternative *row = find_alternative(came_second ? fact->instead_of : fact->number,
							 came_second ? fact->number : CAPABILITY_ANY, fact->reason);

	*ret_stronger = CAPABILITY_NONE;
	if (!row || (came_second && row->weaker == CAPABILITY_NONE))
		return fact->number;
	if (row->weaker == CAPABILITY_NONE) {
		*ret_stronger = row->then;
		return fact->number;
	}
	*ret_stronger = row->weaker == row->first ? row->then : row->first;
	return row->weaker;
}
