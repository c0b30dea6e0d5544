/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kernel functions, and what it makes of a check. */
#include <linux/capability.h>

#include "snug/capability_verdict.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "tests/tap.h"

static void test_rows(void)
{
	const struct kernel_function *row, *before = NULL;
	bool sorted = true, sourced = true, explained = true;

	for (size_t i = 0; (row = kernel_function_at(i)); i++) {
		int order = before ? strcmp(before->name, row->name) : -1;

		sorted &= order < 0 || (order == 0 && before->capability < row->capability);
		sourced &= row->source && row->source[0];
		explained &= (row->refusal == REFUSAL_DIFFERS || row->refusal == REFUSAL_NOISE) == (row->effect != NULL);
		explained &= !row->kept || row->refusal == REFUSAL_DIFFERS;
		before = row;
	}
	ok(sorted);
	ok(sourced);
	ok(explained);
}

static void asks(int capability, const char *want, const char *const *stack, size_t depth)
{
	CLEANUP(text_done) struct text asker = TEXT_EMPTY;

	kernel_function_that_asked(&asker, stack, depth, capability);
	ok_str(text_cstr(&asker), want);
}
#define ASKS(capability, want, ...) \
	asks(capability, want, (const char *const[]){ __VA_ARGS__ }, \
	     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void test_askers(void)
{
	ASKS(CAP_KILL, "kill_ok_by_cred < check_kill_permission < group_send_sig_info", "cap_capable", "security_capable",
	     "ns_capable", "kill_ok_by_cred.part.0", "check_kill_permission", "group_send_sig_info", "kill_pid_info");
	ASKS(CAP_SYS_ADMIN, "__do_sys_sethostname", "capable", "__do_sys_sethostname", "do_syscall_64", "entry_SYSCALL_64");
	ASKS(CAP_SYS_ADMIN, "security_vm_enough_memory_mm", "cap_capable", "security_vm_enough_memory_mm", "__mmap_region");
	ASKS(CAP_SYS_PTRACE, "do_task_stat", "ns_capable_noaudit", "__ptrace_may_access", "ptrace_may_access",
	     "do_task_stat", "proc_tgid_stat");
	/* A row of a function that a build has inlined is found a little further out, and not much. */
	ASKS(CAP_SYS_ADMIN, "ext4_listxattr", "capable", "some_new_helper", "ext4_listxattr", "vfs_listxattr");
	ASKS(CAP_SYS_ADMIN, "a < b < c", "capable", "a", "b", "c", "ext4_listxattr");
	ASKS(CAP_FOWNER, "setattr_prepare", "inode_owner_or_capable", "setattr_prepare", "ovl_setattr", "notify_change");
	ASKS(CAP_FOWNER, "ovl_do_notify_change", "inode_owner_or_capable", "setattr_prepare", "ext4_setattr", "notify_change",
	     "ovl_do_notify_change", "ovl_setattr");
	ASKS(CAP_KILL, "", "cap_capable", "security_capable");
}

#define NO CAPABILITY_NONE

static const struct {
	struct capability_fact fact;
	enum capability_verdict verdict;
	bool kept;
	int give, stronger;
} cases[] = {
	{ { CAP_SETGID, NO, true, false, false, 0, "may_setgroups", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_SETGID, NO },
	/* it came further than it would have come, */
	{ { CAP_SETGID, NO, true, false, false, 0, "f", OUTCOME_UNKNOWN }, VERDICT_NEEDED, true, CAP_SETGID, NO },
	{ { CAP_SETGID, NO, true, false, false, 0, "f", OUTCOME_ABSENT }, VERDICT_NEEDED, true, CAP_SETGID, NO },
	/* or not */
	{ { CAP_SETGID, NO, true, false, false, 0, "f", OUTCOME_REFUSED }, VERDICT_HARMLESS, false, CAP_SETGID, NO },
	{ { CAP_SETGID, NO, false, false, false, 0, "f", OUTCOME_REFUSED }, VERDICT_REFUSED, false, CAP_SETGID, NO },
	{ { CAP_SETGID, NO, false, false, false, 0, "f", OUTCOME_OK }, VERDICT_HARMLESS, false, CAP_SETGID, NO },
	{ { CAP_SETGID, NO, true, true, false, 0, "f", OUTCOME_OK }, VERDICT_OTHER_USERNS, false, CAP_SETGID, NO },
	{ { CAP_SETUID, NO, true, false, false, CHECK_UNCHANGED, "__sys_setuid", OUTCOME_OK }, VERDICT_HARMLESS, false,
	  CAP_SETUID, NO },
	{ { CAP_SETUID, NO, true, false, false, 0, "__sys_setuid", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_SETUID, NO },
	/* a mark of ids says nothing about another function's check */
	{ { CAP_SETUID, NO, true, false, false, CHECK_UNCHANGED, "f", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_SETUID, NO },
	{ { CAP_FSETID, NO, true, false, false, 0, "setattr_prepare", OUTCOME_OK }, VERDICT_EFFECT, true, CAP_FSETID, NO },
	{ { CAP_FSETID, NO, true, false, false, CHECK_UNCHANGED, "setattr_prepare", OUTCOME_OK }, VERDICT_HARMLESS, false,
	  CAP_FSETID, NO },
	{ { CAP_FSETID, NO, false, false, false, 0, "setattr_prepare", OUTCOME_OK }, VERDICT_HARMLESS, false,
	  CAP_FSETID, NO },
	{ { CAP_SYSLOG, NO, true, false, false, 0, "kallsyms_show_value", OUTCOME_OK }, VERDICT_EFFECT, false, CAP_SYSLOG, NO },
	{ { CAP_FOWNER, NO, true, false, false, 0, "ovl_set_acl", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_FOWNER, NO },
	{ { CAP_CHOWN, NO, true, false, false, 0, "ovl_set_acl", OUTCOME_OK }, VERDICT_KERNEL, false, CAP_CHOWN, NO },
	{ { CAP_SYS_ADMIN, NO, true, false, false, 0, "security_vm_enough_memory_mm", OUTCOME_UNKNOWN }, VERDICT_KERNEL, false,
	  CAP_SYS_ADMIN, NO },
	{ { CAP_SYS_ADMIN, NO, true, false, false, CHECK_UNHELD, "f", OUTCOME_OK }, VERDICT_KERNEL, false, CAP_SYS_ADMIN, NO },
	{ { CAP_SYS_ADMIN, NO, true, false, false, CHECK_UNAUDITED, "f", OUTCOME_OK }, VERDICT_KERNEL, false,
	  CAP_SYS_ADMIN, NO },
	{ { CAP_SYS_ADMIN, NO, true, false, false, CHECK_UNAUDITED, "seccomp_prepare_filter", OUTCOME_OK }, VERDICT_NEEDED,
	  true, CAP_SYS_ADMIN, NO },
	/* words are no function */
	{ { CAP_FSETID, NO, true, false, true, 0, "setattr_prepare", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_FSETID, NO },
	/* either of two */
	{ { CAP_SYS_ADMIN, CAP_PERFMON, true, false, false, 0, "f < g", OUTCOME_OK }, VERDICT_NEEDED, true,
	  CAP_PERFMON, CAP_SYS_ADMIN },
	{ { CAP_PERFMON, NO, true, false, false, 0, "f < g", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_PERFMON, CAP_SYS_ADMIN },
	{ { CAP_SYS_ADMIN, NO, true, false, false, 0, "ioprio_check_cap < g", OUTCOME_OK }, VERDICT_NEEDED, true,
	  CAP_SYS_NICE, CAP_SYS_ADMIN },
	{ { CAP_SYS_ADMIN, NO, true, false, false, 0, "f", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_SYS_ADMIN, NO },
	{ { CAP_NET_RAW, NO, true, false, false, 0, "inet_create < g", OUTCOME_OK }, VERDICT_NEEDED, true, CAP_NET_RAW, NO },
	{ { CAP_DAC_READ_SEARCH, NO, true, false, false, 0, "generic_permission", OUTCOME_OK }, VERDICT_NEEDED, true,
	  CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE },
	{ { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, true, false, false, 0, "generic_permission", OUTCOME_OK }, VERDICT_NEEDED,
	  true, CAP_DAC_OVERRIDE, NO },
	{ { CAP_DAC_READ_SEARCH, NO, true, false, false, 0, "do_handle_open < g", OUTCOME_OK }, VERDICT_NEEDED, true,
	  CAP_DAC_READ_SEARCH, NO },
};

static void test_verdicts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int stronger;

		ok_str(capability_verdict_name(capability_verdict(&cases[i].fact)), capability_verdict_name(cases[i].verdict));
		ok(capability_is_kept(&cases[i].fact) == cases[i].kept);
		ok_int(capability_to_give(&cases[i].fact, &stronger), cases[i].give);
		ok_int(stronger, cases[i].stronger);
	}
}

int main(void)
{
	test_rows();
	test_askers();
	test_verdicts();
	return done();
}
