/* SPDX-License-Identifier: Apache-2.0 */
/* Checks bound to calls, results and ids; stacks as Linux 6.18 shows them. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "record/capability_check.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "tests/tap.h"

#define ROOT_IDS { { 0, 0, 0 }, { 0, 0, 0 } }
#define ALL UINT64_MAX
#define STACK(...) (const char *const[]){ __VA_ARGS__, NULL }

struct bench {
	struct capability_tracker *tracker;
	struct task task;
	struct text lines;
};

static int keep(void *context, const struct event *event)
{
	struct text *lines = context;
	const struct event_capability *asked = &event->capability;
	char name[NAME_LENGTH];

	text_printf(lines, "%s %s%s", name_of(NAME_CAPABILITY, asked->number, name), asked->granted ? "granted" : "refused",
		    asked->inferred ? " inferred" : "");
	if (asked->instead_of >= 0)
		text_printf(lines, " instead_of %s", name_of(NAME_CAPABILITY, asked->instead_of, name));
	for (uint32_t bit = 1; bit < CHECK_MARK_MAX_; bit <<= 1)
		if (asked->marks & bit)
			text_printf(lines, " %s", check_mark_name(bit));
	text_printf(lines, ", %s in %s: %s\n", asked->reason, asked->syscall ? asked->syscall : "-",
		    outcome_name(asked->outcome));
	return 0;
}

static void start(struct bench *bench, uint64_t ceiling)
{
	struct task_ids root = ROOT_IDS;

	*bench = (struct bench){ .task = { .tid = 10, .by = "/bin/x" } };
	bench->tracker = capability_tracker_new(&(struct event_sink){ keep, &bench->lines }, ceiling);
	capability_task_starts(bench->tracker, 10, 0);
	capability_task_has_ids(bench->tracker, 10, &root);
}

static void begin(struct bench *bench, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	const struct arch *abi = arch_by_name("x86_64");
	struct call call = { abi, (uint64_t)syscall_number(abi, name), { a, b, c } };

	capability_call_begins(bench->tracker, &bench->task, &call);
}

static void end(struct bench *bench, const char *name, int64_t result)
{
	const struct arch *abi = arch_by_name("x86_64");

	capability_call_ends(bench->tracker, &bench->task, abi, (uint64_t)syscall_number(abi, name), result);
}

static void check(struct bench *bench, int number, bool granted, const char *const *stack)
{
	struct capability_check check = { .number = number, .granted = granted, .stack = stack };

	while (stack && stack[check.depth])
		check.depth++;
	capability_checked(bench->tracker, &bench->task, &check);
}

static bool exit_wanted(struct bench *bench, const char *name)
{
	const struct arch *abi = arch_by_name("x86_64");

	return capability_exit_wanted(bench->tracker, abi, (uint64_t)syscall_number(abi, name));
}

/* What has come out since the last time. */
static void says(struct bench *bench, const char *want)
{
	ok_str(text_cstr(&bench->lines), want);
	text_clear(&bench->lines);
}

static void stop(struct bench *bench)
{
	says(bench, "");
	capability_tracker_free(bench->tracker);
	text_done(&bench->lines);
}

static void test_results(void)
{
	struct bench bench;

	start(&bench, ALL);
	begin(&bench, "bind", 3, 0, 16);
	check(&bench, CAP_NET_BIND_SERVICE, true, STACK("trace_event_raw_event_cap_capable", "cap_capable", "security_capable",
							"ns_capable", "__inet_bind", "inet_bind_sk", "__sys_bind"));
	says(&bench, "");
	ok(exit_wanted(&bench, "bind"));
	end(&bench, "bind", -EADDRINUSE);
	says(&bench, "NET_BIND_SERVICE granted, __inet_bind < inet_bind_sk < __sys_bind in bind: unknown\n");
	ok(exit_wanted(&bench, "bind"));
	for (int again = 0; again < 2; again++) {
		begin(&bench, "bind", 3, 0, 16);
		check(&bench, CAP_NET_BIND_SERVICE, true, STACK("cap_capable", "ns_capable.isra.0", "__inet_bind.cold",
								"inet_bind_sk", "__sys_bind"));
		end(&bench, "bind", 0);
	}
	says(&bench, "NET_BIND_SERVICE granted, __inet_bind < inet_bind_sk < __sys_bind in bind: ok\n");
	ok(!exit_wanted(&bench, "bind"));
	ok(!exit_wanted(&bench, "connect"));
	stop(&bench);
}

static void test_retried(void)
{
	struct bench bench;
	const char *const *stack = STACK("capable_wrt_inode_uidgid", "generic_permission", "inode_permission");

	start(&bench, ALL);
	begin(&bench, "openat", 0, 0, 0);
	check(&bench, CAP_DAC_READ_SEARCH, false, stack);
	check(&bench, CAP_DAC_OVERRIDE, true, stack);
	check(&bench, CAP_DAC_READ_SEARCH, false, stack);
	check(&bench, CAP_DAC_OVERRIDE, true, stack);
	end(&bench, "openat", 4);
	says(&bench, "DAC_READ_SEARCH refused, generic_permission in openat: ok\n"
		     "DAC_OVERRIDE granted instead_of DAC_READ_SEARCH, generic_permission in openat: ok\n");
	stop(&bench);
}

static void test_ids(void)
{
	struct bench bench;
	const char *const *setuid = STACK("ns_capable_setid", "__sys_setuid", "do_syscall_64");
	struct task_ids mixed = { { 7, 0, 0 }, { 0, 0, 0 } };

	start(&bench, ALL);
	begin(&bench, "setuid", 0, 0, 0);
	check(&bench, CAP_SETUID, true, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "SETUID granted unchanged, __sys_setuid in setuid: ok\n");
	begin(&bench, "setuid", 33, 0, 0);
	check(&bench, CAP_SETUID, true, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "SETUID granted, __sys_setuid in setuid: ok\n");
	begin(&bench, "setuid", 33, 0, 0);	/* its own by now, and the capability is gone */
	check(&bench, CAP_SETUID, false, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "SETUID refused unchanged, __sys_setuid in setuid: ok\n");
	capability_task_has_ids(bench.tracker, 10, &mixed);
	begin(&bench, "setuid", 0, 0, 0);	/* without the capability the real id would stay 7 */
	check(&bench, CAP_SETUID, true, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "");	/* was sent before */
	capability_task_starts(bench.tracker, 11, 10);
	bench.task.tid = 11;
	bench.task.by = "/bin/child";
	begin(&bench, "setuid", 0, 0, 0);
	check(&bench, CAP_SETUID, true, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "SETUID granted unchanged, __sys_setuid in setuid: ok\n");
	capability_events_lost(bench.tracker);
	begin(&bench, "setuid", 0, 0, 0);	/* who it is now nobody knows */
	check(&bench, CAP_SETUID, true, setuid);
	end(&bench, "setuid", 0);
	says(&bench, "SETUID granted, __sys_setuid in setuid: ok\n");
	ok(exit_wanted(&bench, "setuid"));
	stop(&bench);
}

static void test_unseen(void)
{
	struct bench bench;
	const char *const *stack = STACK("f.constprop.0", "g", "h", "i");

	start(&bench, ALL);
	check(&bench, CAP_KILL, true, stack);		/* no entry: any call may have asked */
	ok(exit_wanted(&bench, "getpid"));
	end(&bench, "kill", -EPERM);
	says(&bench, "KILL granted, f < g < h in -: unknown\n");
	check(&bench, CAP_KILL, true, stack);
	end(&bench, "kill", 0);
	says(&bench, "KILL granted, f < g < h in -: ok\n");
	ok(!exit_wanted(&bench, "getpid"));
	begin(&bench, "kill", 1, 15, 0);
	check(&bench, CAP_KILL, true, stack);
	begin(&bench, "getpid", 0, 0, 0);		/* no exit */
	says(&bench, "KILL granted, f < g < h in kill: unknown\n");
	begin(&bench, "chroot", 0, 0, 0);
	check(&bench, CAP_SYS_CHROOT, true, NULL);	/* no stack */
	capability_task_ends(bench.tracker, 10);
	says(&bench, "SYS_CHROOT granted, (null) in chroot: unknown\n");
	stop(&bench);
}

static void test_exec(void)
{
	struct bench bench;
	const char *const *stack = STACK("generic_permission", "inode_permission");

	start(&bench, ALL);
	bench.task.tid = 12;
	capability_task_starts(bench.tracker, 12, 10);
	begin(&bench, "execve", 0, 0, 0);
	check(&bench, CAP_DAC_READ_SEARCH, true, stack);
	capability_task_execs(bench.tracker, 10, 12, false);	/* a thread became the leader, and a 32-bit program */
	bench.task.tid = 10;
	capability_call_ends(bench.tracker, &bench.task, arch_by_name("x86"), 11, 0);
	says(&bench, "DAC_READ_SEARCH granted, generic_permission in execve: ok\n");
	capability_obtained(bench.tracker, &bench.task, CAPABILITY_OF_FILE, 1u << CAP_NET_RAW);
	says(&bench, "NET_RAW granted inferred, the program's file carries it in execve: ok\n");
	begin(&bench, "prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_TIME);
	end(&bench, "prctl", 0);
	says(&bench, "SYS_TIME granted inferred, made ambient, so that programs that it starts have it in prctl: ok\n");
	begin(&bench, "prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_BOOT);
	end(&bench, "prctl", -EPERM);
	stop(&bench);
}

static void test_noise(void)
{
	struct bench bench;
	const char *const *accounting = STACK("cap_capable", "security_vm_enough_memory_mm", "__mmap_region", "do_mmap");

	start(&bench, ALL & ~(1u << CAP_SYS_MODULE));
	begin(&bench, "mmap", 0, 0, 0);
	check(&bench, CAP_SYS_ADMIN, true, accounting);
	says(&bench, "SYS_ADMIN granted, security_vm_enough_memory_mm in -: unknown\n");
	end(&bench, "mmap", 4096);
	ok(!exit_wanted(&bench, "mmap"));
	begin(&bench, "getxattr", 0, 0, 0);
	check(&bench, CAP_SYS_MODULE, true, STACK("capable", "f"));
	says(&bench, "SYS_MODULE granted unheld, f in -: unknown\n");
	end(&bench, "getxattr", 0);
	ok(!capability_may_be_muted(bench.tracker, CAP_SYS_ADMIN));
	for (int i = 0; i < 100; i++)
		check(&bench, CAP_SYS_ADMIN, true, accounting);
	ok(!capability_may_be_muted(bench.tracker, CAP_SYS_ADMIN));	/* one that is needed may still come */
	begin(&bench, "sethostname", 0, 0, 0);
	check(&bench, CAP_SYS_ADMIN, true, STACK("__do_sys_sethostname"));
	end(&bench, "sethostname", 0);
	says(&bench, "SYS_ADMIN granted, __do_sys_sethostname in sethostname: ok\n");
	ok(capability_may_be_muted(bench.tracker, CAP_SYS_ADMIN));
	stop(&bench);
}

static void test_overlay(void)
{
	struct bench bench;

	start(&bench, ALL);
	begin(&bench, "openat", 0, 0, 0);
	check(&bench, CAP_DAC_OVERRIDE, true, STACK("generic_permission", "inode_permission", "ovl_permission",
						    "inode_permission"));
	check(&bench, CAP_DAC_OVERRIDE, true, STACK("generic_permission", "ovl_permission", "inode_permission"));
	end(&bench, "openat", 3);
	says(&bench, "DAC_OVERRIDE granted, ovl_permission in -: unknown\n"
		     "DAC_OVERRIDE granted, generic_permission in openat: ok\n");
	stop(&bench);
}

/* The call's name stands in the stack, too; not that of another ABI's call. */
static void test_named_by_stack(void)
{
	struct bench bench;

	start(&bench, ALL);
	check(&bench, CAP_SYS_ADMIN, true, STACK("f", "__x64_sys_umount", "x64_sys_call", "do_syscall_64"));
	capability_task_ends(bench.tracker, 10);
	check(&bench, CAP_DAC_READ_SEARCH, true, STACK("f", "vfs_fstatat", "__do_sys_newfstatat", "do_syscall_64"));
	capability_task_ends(bench.tracker, 10);
	check(&bench, CAP_CHOWN, true, STACK("f", "__do_sys_stat", "__ia32_sys_stat", "do_int80_syscall_32"));
	capability_task_ends(bench.tracker, 10);
	begin(&bench, "openat", 0, 0, 0);
	check(&bench, CAP_FOWNER, true, STACK("f", "__x64_sys_openat2"));
	end(&bench, "openat", 3);
	says(&bench, "SYS_ADMIN granted, f < __x64_sys_umount in umount2: unknown\n"
		     "DAC_READ_SEARCH granted, f < vfs_fstatat < __do_sys_newfstatat in newfstatat: unknown\n"
		     "CHOWN granted, f < __do_sys_stat < __ia32_sys_stat in -: unknown\n"
		     "FOWNER granted, f < __x64_sys_openat2 in openat: ok\n");
	stop(&bench);
}

/* A check of a start, in a call that nobody told of: it does not come again, and is not waited for to the end of a run. */
static void test_nameless(void)
{
	struct bench bench;

	start(&bench, ALL);
	check(&bench, CAP_NET_ADMIN, true, STACK("net_ctl_permissions"));
	ok(exit_wanted(&bench, "getppid"));
	for (int i = 0; i < 10; i++) {
		begin(&bench, "getppid", 0, 0, 0);
		end(&bench, "getppid", 1);
	}
	ok(exit_wanted(&bench, "getppid"));
	for (int i = 0; i < 5000; i++) {
		begin(&bench, "getppid", 0, 0, 0);
		end(&bench, "getppid", 1);
	}
	ok(!exit_wanted(&bench, "getppid"));
	says(&bench, "NET_ADMIN granted, net_ctl_permissions in -: unknown\n");
	stop(&bench);
}

int main(void)
{
	test_results();
	test_retried();
	test_ids();
	test_unseen();
	test_exec();
	test_noise();
	test_overlay();
	test_named_by_stack();
	test_nameless();
	return done();
}
