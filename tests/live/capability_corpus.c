/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small programs, one an argument, each of which needs exactly the capability that it is named after, or none.
 *
 *	capability_corpus NAME [OBJECT]		exits with 0: it did it; 1: it could not; 77: this kernel or machine has no such thing
 *
 * What is named with a wrong argument on purpose (a magic number, a module, a tick) changes nothing: the kernel asks for the
 * capability first, and then refuses the argument.
 */
#define _GNU_SOURCE	/* what this asks of the kernel is not POSIX */
#include <errno.h>
#include <fcntl.h>
#include <linux/acct.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOT_HERE 77
#define OTHER_ID 65534

static const char *object = "object";	/* a file, a folder, a process or a queue, prepared by the test */

/* 0 when `result` is a success. */
static int done(long result)
{
	int error = errno;

	if (result >= 0)
		return 0;
	fprintf(stderr, "capability_corpus: %s\n", strerror(error));
	return error == ENOSYS || error == EOPNOTSUPP ? NOT_HERE : 1;
}

/* 0 when the call came as far as the error that its argument earns it. */
static int failed_with(long result, int error)
{
	if (result < 0 && errno == error)
		return 0;
	return done(result) == NOT_HERE ? NOT_HERE : 1;
}

static int do_chown(void)
{
	return done(chown(object, OTHER_ID, (gid_t)-1));
}

static int write_foreign(void)
{
	return done(open(object, O_WRONLY | O_CLOEXEC));
}

static int read_foreign(void)
{
	return done(open(object, O_RDONLY | O_CLOEXEC));
}

static int chmod_foreign(void)
{
	return done(chmod(object, 0600));
}

/* Without CAP_FSETID the call succeeds, and the bit is not kept. */
static int keep_set_group_id(void)
{
	struct stat st;

	if (chmod(object, 02755) < 0 || stat(object, &st) < 0)
		return done(-1);
	return st.st_mode & S_ISGID ? 0 : 1;
}

static int set_group_id_anyway(void)
{
	return done(chmod(object, 02755));
}

static int chmod_foreign_group(void)
{
	return done(chmod(object, 0750));
}

static int kill_foreign(void)
{
	return done(kill(atoi(object), 0));
}

static int set_group(void)
{
	return done(setgid(OTHER_ID));
}

static int set_user(void)
{
	return done(setuid(OTHER_ID));
}

static int set_own_ids(void)
{
	return done(setuid(getuid()) < 0 || setgid(getgid()) < 0 || setresuid(0, 0, 0) < 0 ? -1 : 0);
}

static int drop_from_bounding_set(void)
{
	return done(prctl(PR_CAPBSET_DROP, CAP_SYSLOG, 0, 0, 0));
}

static int make_append_only(void)
{
	int fd = open(object, O_RDONLY | O_CLOEXEC), flags = 0, changed;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return NOT_HERE;
	changed = flags | FS_APPEND_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &changed) < 0)
		return done(-1);
	return done(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

static int bind_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(81) };

	return done(bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address)));
}

static int listen_to_all_namespaces(void)
{
	int one = 1;

	return done(setsockopt(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &one,
			       sizeof(one)));
}

static int set_link_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return done(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request));
}

static int raw_socket(void)
{
	return done(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int lock_beyond_limit(void)
{
	struct rlimit none = { 0, 0 };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		return done(-1);
	return done(mlock(page, 4096));
}

static int look_at_foreign_queue(void)
{
	struct msqid_ds state;

	return done(msgctl(atoi(object), IPC_STAT, &state));
}

static int make_queue(void)
{
	int id = msgget(IPC_PRIVATE, 0600);

	printf("%d\n", id);
	return done(id);
}

static int remove_module(void)
{
	return failed_with(syscall(SYS_delete_module, "no_such_module", O_NONBLOCK), ENOENT);
}

static int ask_for_ports(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return done(ioperm(0x80, 1, 1));
#else
	return NOT_HERE;
#endif
}

static int change_root(void)
{
	return done(chroot("."));
}

static int trace_foreign(void)
{
	return done(ptrace(PTRACE_SEIZE, atoi(object), 0, 0));
}

static int stop_accounting(void)
{
	return done(acct(NULL));
}

static int set_host_name(void)
{
	return done(sethostname("corpus", 6));
}

static int reboot_by_wrong_magic(void)
{
	return failed_with(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL);
}

static int lower_nice(void)
{
	return done(setpriority(PRIO_PROCESS, 0, -1));
}

static int raise_hard_limit(void)
{
	struct rlimit limit = { 1024, 1024 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return done(-1);
	limit.rlim_max = 2048;
	return done(setrlimit(RLIMIT_NOFILE, &limit));
}

static int set_clock_by_wrong_tick(void)
{
	struct timex wrong = { .modes = ADJ_TICK, .tick = 0 };

	return failed_with(adjtimex(&wrong), EINVAL);
}

/* In a session of its own there is no terminal to hang up. */
static int hang_up(void)
{
	if (setsid() < 0 && fork() > 0) {
		int status;

		wait(&status);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	setsid();
	return done(vhangup());
}

static int make_device(void)
{
	return done(mknod("device", S_IFCHR | 0600, makedev(1, 3)));
}

static int lease_foreign(void)
{
	return done(fcntl(open(object, O_RDONLY | O_CLOEXEC), F_SETLEASE, F_RDLCK));
}

/* The kernel's answer to a message about auditing. */
static int ask_audit(uint16_t type)
{
	struct { struct nlmsghdr header; char text[8]; } message = {
		{ sizeof(message), type, NLM_F_REQUEST | NLM_F_ACK, 1, 0 }, "corpus" };
	struct { struct nlmsghdr header; struct nlmsgerr error; char rest[1024]; } answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	if (fd < 0 || send(fd, &message, sizeof(message), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return errno == EPROTONOSUPPORT || errno == ECONNREFUSED ? NOT_HERE : done(-1);
	if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error == 0)
		return 0;
	errno = -answer.error.error;
	return done(-1);
}

static int write_to_audit(void)
{
	return ask_audit(AUDIT_USER);
}

static int look_at_audit(void)
{
	return ask_audit(AUDIT_GET);
}

static int read_audit(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1u << (AUDIT_NLGRP_READLOG - 1) };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	return fd < 0 ? NOT_HERE : done(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int set_file_capabilities(void)
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 };

	return done(setxattr(object, "security.capability", &data, XATTR_CAPS_SZ_2, 0));
}

static int look_at_kernel_log(void)
{
	return done(klogctl(9, NULL, 0));	/* SYSLOG_ACTION_SIZE_UNREAD */
}

static int make_alarm(void)
{
	return done(timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC));
}

static int measure_a_processor(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CONTEXT_SWITCHES };

	return done(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0));
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 4, .max_entries = 1,
		.map_flags = BPF_F_NO_PREALLOC };

	return done(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

/* The first mapping in /proc/self/maps is this program's. */
static int open_mapping(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char path[64];

	if (!maps || fscanf(maps, "%lx-%lx", &start, &end) != 2)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", start, end);
	return done(open(path, O_RDONLY | O_CLOEXEC));
}

static int list_attributes(void)
{
	char names[4096];

	return done(listxattr(object, names, sizeof(names)));
}

static int read_kallsyms(void)
{
	char text[4096];

	return done(read(open("/proc/kallsyms", O_RDONLY | O_CLOEXEC), text, sizeof(text)));
}

/* The recorder reads what was kept in /proc, a little later: servers live on, and so does this. */
static int live_on(long result)
{
	int status = done(result);

	if (status == 0)
		sleep(2);
	return status;
}

/* As chrony and named do: two of all, by name. */
static int keep_two(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	data[0].permitted = data[0].effective = 1u << CAP_NET_BIND_SERVICE | 1u << CAP_SYS_TIME;
	return live_on(syscall(SYS_capset, &header, data));
}

static int raise_ambient(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return done(-1);
	data[0].inheritable |= 1u << CAP_SYS_TIME;
	data[0].permitted = data[0].effective = 1u << CAP_SYS_TIME;
	data[1].permitted = data[1].effective = 0;
	if (live_on(syscall(SYS_capset, &header, data)) != 0)
		return 1;
	return done(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_TIME, 0, 0));
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{ "AUDIT_CONTROL", look_at_audit },
	{ "AUDIT_READ", read_audit },
	{ "AUDIT_WRITE", write_to_audit },
	{ "BPF", make_map },
	{ "CHECKPOINT_RESTORE", open_mapping },
	{ "CHOWN", do_chown },
	{ "DAC_OVERRIDE", write_foreign },
	{ "DAC_READ_SEARCH", read_foreign },
	{ "FOWNER", chmod_foreign },
	{ "FSETID", keep_set_group_id },
	{ "IPC_LOCK", lock_beyond_limit },
	{ "IPC_OWNER", look_at_foreign_queue },
	{ "KILL", kill_foreign },
	{ "LEASE", lease_foreign },
	{ "LINUX_IMMUTABLE", make_append_only },
	{ "MKNOD", make_device },
	{ "NET_ADMIN", set_link_up },
	{ "NET_BIND_SERVICE", bind_port },
	{ "NET_BROADCAST", listen_to_all_namespaces },
	{ "NET_RAW", raw_socket },
	{ "PERFMON", measure_a_processor },
	{ "SETFCAP", set_file_capabilities },
	{ "SETGID", set_group },
	{ "SETPCAP", drop_from_bounding_set },
	{ "SETUID", set_user },
	{ "SYSLOG", look_at_kernel_log },
	{ "SYS_ADMIN", set_host_name },
	{ "SYS_BOOT", reboot_by_wrong_magic },
	{ "SYS_CHROOT", change_root },
	{ "SYS_MODULE", remove_module },
	{ "SYS_NICE", lower_nice },
	{ "SYS_PACCT", stop_accounting },
	{ "SYS_PTRACE", trace_foreign },
	{ "SYS_RAWIO", ask_for_ports },
	{ "SYS_RESOURCE", raise_hard_limit },
	{ "SYS_TIME", set_clock_by_wrong_tick },
	{ "SYS_TTY_CONFIG", hang_up },
	{ "WAKE_ALARM", make_alarm },
	{ "ambient", raise_ambient },
	{ "attributes", list_attributes },
	{ "capset", keep_two },
	{ "foreign-group", chmod_foreign_group },
	{ "kallsyms", read_kallsyms },
	{ "own-ids", set_own_ids },
	{ "queue", make_queue },
	{ "set-group-id", set_group_id_anyway },
};

int main(int argc, char **argv)
{
	if (argc > 2)
		object = argv[2];
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, argv[1]) == 0)
			return acts[i].act();
	for (size_t i = 0; argc == 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		puts(acts[i].name);
	return argc == 1 ? 0 : 2;
}
