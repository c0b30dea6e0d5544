/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does in a container what no web server should: one misdeed after the other, each in a form that changes nothing
 * outside of this process when it succeeds.
 *
 * One line a misdeed, "SYSCALL CAPABILITY ERRNO WHAT": the call that it makes last (the ones before it are what any
 * server does), the capability that the kernel asks for ("-" = none), and what came of it (0 = it succeeded).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long mount_tmpfs(void)
{
	return mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
}

static long open_filesystem(void)
{
	return syscall(SYS_fsopen, "tmpfs", 0);
}

static long enter_namespace(void)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : setns(fd, CLONE_NEWUTS);
}

static long leave_mounts(void)
{
	return unshare(CLONE_NEWNS);
}

static long become_root_elsewhere(void)
{
	return unshare(CLONE_NEWUSER);
}

static long trace_first_process(void)
{
	return ptrace(PTRACE_SEIZE, 1, NULL, NULL);	/* the kernel lets go of it when we end */
}

static long read_first_process(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)(size_t)4096, 1 };

	return process_vm_readv(1, &here, 1, &there, 1, 0);
}

static long send_any_packet(void)
{
	return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static long keep_a_key(void)
{
	return syscall(SYS_add_key, "user", "misdeed", "x", (size_t)1, KEY_SPEC_PROCESS_KEYRING);
}

static long change_keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1);
}

static long load_bpf(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1 };

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static long load_module(void)
{
	return syscall(SYS_init_module, "not a module", 12UL, "");
}

static long set_clock(void)
{
	struct timex step = { .modes = ADJ_SETOFFSET };	/* by nothing */

	return clock_adjtime(CLOCK_REALTIME, &step) < 0 ? -1 : 0;
}

static long change_root(void)
{
	return chroot("/");
}

static long make_device(void)
{
	long result = mknod("/misdeed-device", S_IFCHR | 0600, makedev(1, 3));

	if (result == 0)
		unlink("/misdeed-device");
	return result;
}

static long watch_every_process(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK, .disabled = 1 };

	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
}

static long swap_to_nowhere(void)
{
	return swapon("/nowhere", 0);
}

static long reboot_by_wrong_number(void)
{
	return syscall(SYS_reboot, 0, 0, 0, NULL);
}

static long take_name(void)
{
	return sethostname("misdeed", 7);
}

static long go_first(void)
{
	return setpriority(PRIO_PROCESS, 0, -1);
}

static long bypass_filters(void)
{
	struct io_uring_params params = { 0 };

	return syscall(SYS_io_uring_setup, 1, &params);
}

static long catch_faults(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
}

static long lose_randomness(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}

/* Namespaces last: what comes after would be done in them. */
static const struct {
	const char *syscall, *capability, *what;
	long (*attempt)(void);
} misdeeds[] = {
	{ "mount", "SYS_ADMIN", "mount a filesystem", mount_tmpfs },
	{ "fsopen", "SYS_ADMIN", "mount one the new way", open_filesystem },
	{ "ptrace", "-", "trace another process", trace_first_process },
	{ "process_vm_readv", "-", "read another process", read_first_process },
	{ "socket", "NET_RAW", "send any packet", send_any_packet },
	{ "add_key", "-", "leave a key with the kernel", keep_a_key },
	{ "keyctl", "-", "make a keyring", change_keyring },
	{ "bpf", "BPF", "load into the kernel", load_bpf },
	{ "init_module", "SYS_MODULE", "load a module", load_module },
	{ "clock_adjtime", "SYS_TIME", "set the clock", set_clock },
	{ "chroot", "SYS_CHROOT", "change the root", change_root },
	{ "mknod", "MKNOD", "make a device", make_device },
	{ "perf_event_open", "PERFMON", "watch every process", watch_every_process },
	{ "swapon", "SYS_ADMIN", "swap", swap_to_nowhere },
	{ "reboot", "SYS_BOOT", "reboot", reboot_by_wrong_number },
	{ "sethostname", "SYS_ADMIN", "take another name", take_name },
	{ "setpriority", "SYS_NICE", "go before all others", go_first },
	{ "io_uring_setup", "-", "go round the filter", bypass_filters },
	{ "userfaultfd", "-", "catch page faults", catch_faults },
	{ "personality", "-", "lose address randomness", lose_randomness },
	{ "setns", "SYS_ADMIN", "enter a namespace", enter_namespace },
	{ "unshare", "SYS_ADMIN", "leave the mounts", leave_mounts },
	{ "unshare", "-", "become root elsewhere", become_root_elsewhere },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(misdeeds) / sizeof(*misdeeds); i++) {
		int error = misdeeds[i].attempt() < 0 ? errno : 0;

		printf("%s %s %d %s\n", misdeeds[i].syscall, misdeeds[i].capability, error, misdeeds[i].what);
		fflush(stdout);
	}
	return 0;
}
