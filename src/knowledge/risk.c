/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what deserves a second look. */
#include "snug/risk.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

#define DOCKER "Docker's default profile allows it only with a capability, docs.docker.com/engine/security/seccomp"

/* Sorted by name. */
static const struct risk syscall_rows[] = {
	{ "acct", RISK_HIGH, "write process accounting of the whole host", DOCKER },
	{ "add_key", RISK_MEDIUM, "use kernel keyrings, which are not divided by containers", DOCKER },
	{ "adjtimex", RISK_MEDIUM, "read, and with SYS_TIME steer, the host's clock", "adjtimex(2)" },
	{ "bpf", RISK_HIGH, "load programs into the kernel", DOCKER },
	{ "chroot", RISK_MEDIUM, "change its root folder, a step of known escapes", "chroot(2)" },
	{ "clock_settime", RISK_HIGH, "set the host's clock", DOCKER },
	{ "create_module", RISK_HIGH, "load code into the kernel", DOCKER },
	{ "delete_module", RISK_HIGH, "remove code from the kernel", DOCKER },
	{ "fanotify_init", RISK_MEDIUM, "watch file accesses of a whole mount", DOCKER },
	{ "finit_module", RISK_HIGH, "load code into the kernel", DOCKER },
	{ "fsconfig", RISK_HIGH, "configure a new mount", DOCKER },
	{ "fsmount", RISK_HIGH, "mount file systems", DOCKER },
	{ "fsopen", RISK_HIGH, "open file systems for mounting", DOCKER },
	{ "fspick", RISK_HIGH, "change existing mounts", DOCKER },
	{ "init_module", RISK_HIGH, "load code into the kernel", DOCKER },
	{ "io_uring_enter", RISK_MEDIUM, "work past this filter: requests in the ring are not filtered", "io_uring(7)" },
	{ "io_uring_register", RISK_MEDIUM, "work past this filter: requests in the ring are not filtered", "io_uring(7)" },
	{ "io_uring_setup", RISK_MEDIUM, "work past this filter: requests in the ring are not filtered", "io_uring(7)" },
	{ "ioperm", RISK_HIGH, "talk to hardware ports", DOCKER },
	{ "iopl", RISK_HIGH, "talk to hardware ports", DOCKER },
	{ "kcmp", RISK_MEDIUM, "compare kernel objects of other processes", DOCKER },
	{ "kexec_file_load", RISK_HIGH, "replace the running kernel", DOCKER },
	{ "kexec_load", RISK_HIGH, "replace the running kernel", DOCKER },
	{ "keyctl", RISK_MEDIUM, "use kernel keyrings, which are not divided by containers", DOCKER },
	{ "landlock_restrict_self", RISK_LOW, "restrict itself", "landlock(7)" },
	{ "lookup_dcookie", RISK_MEDIUM, "learn paths of the host by their cookies", DOCKER },
	{ "mbind", RISK_LOW, "place its memory on NUMA nodes", "mbind(2)" },
	{ "mknod", RISK_LOW, "make device files, with MKNOD", "mknod(2)" },
	{ "mknodat", RISK_LOW, "make device files, with MKNOD", "mknod(2)" },
	{ "mount", RISK_HIGH, "mount file systems", DOCKER },
	{ "mount_setattr", RISK_HIGH, "make read-only mounts writable", DOCKER },
	{ "move_mount", RISK_HIGH, "move mounts", DOCKER },
	{ "move_pages", RISK_MEDIUM, "move memory of other processes", DOCKER },
	{ "name_to_handle_at", RISK_LOW, "make handles for open_by_handle_at", "open_by_handle_at(2)" },
	{ "nfsservctl", RISK_HIGH, "control the kernel's NFS server", DOCKER },
	{ "open_by_handle_at", RISK_HIGH, "open files of the host by number (the Shocker escape of 2014)", DOCKER },
	{ "open_tree", RISK_HIGH, "pick parts of the mount tree", DOCKER },
	{ "open_tree_attr", RISK_HIGH, "pick parts of the mount tree", DOCKER },
	{ "perf_event_open", RISK_MEDIUM, "profile the kernel and other processes", DOCKER },
	{ "personality", RISK_LOW, "switch off address randomisation for itself", "personality(2)" },
	{ "pidfd_getfd", RISK_MEDIUM, "take file descriptors out of other processes", DOCKER },
	{ "pivot_root", RISK_HIGH, "change the root mount", DOCKER },
	{ "process_madvise", RISK_LOW, "advise the kernel on other processes' memory", "process_madvise(2)" },
	{ "process_vm_readv", RISK_MEDIUM, "read memory of other processes", DOCKER },
	{ "process_vm_writev", RISK_MEDIUM, "write memory of other processes", DOCKER },
	{ "ptrace", RISK_MEDIUM, "control other processes of the container", DOCKER },
	{ "query_module", RISK_MEDIUM, "list kernel modules", DOCKER },
	{ "quotactl", RISK_HIGH, "change disk quotas of the host", DOCKER },
	{ "quotactl_fd", RISK_HIGH, "change disk quotas of the host", DOCKER },
	{ "reboot", RISK_HIGH, "reboot the host", DOCKER },
	{ "request_key", RISK_MEDIUM, "have the host's key helper started", DOCKER },
	{ "set_mempolicy", RISK_LOW, "place its memory on NUMA nodes", "set_mempolicy(2)" },
	{ "setdomainname", RISK_MEDIUM, "rename the machine within its UTS namespace", DOCKER },
	{ "sethostname", RISK_MEDIUM, "rename the machine within its UTS namespace", DOCKER },
	{ "setns", RISK_HIGH, "enter other namespaces", DOCKER },
	{ "settimeofday", RISK_HIGH, "set the host's clock", DOCKER },
	{ "stime", RISK_HIGH, "set the host's clock", DOCKER },
	{ "swapoff", RISK_HIGH, "change the host's swap space", DOCKER },
	{ "swapon", RISK_HIGH, "change the host's swap space", DOCKER },
	{ "syslog", RISK_MEDIUM, "read the kernel's log", DOCKER },
	{ "umount", RISK_HIGH, "unmount file systems", DOCKER },
	{ "umount2", RISK_HIGH, "unmount file systems", DOCKER },
	{ "unshare", RISK_HIGH, "make new namespaces; in a user namespace it is root towards much kernel code", DOCKER },
	{ "uselib", RISK_MEDIUM, "load old-style shared libraries, little-tested kernel code", DOCKER },
	{ "userfaultfd", RISK_MEDIUM, "halt the kernel at a page fault, the helper of many exploits", DOCKER },
	{ "vhangup", RISK_MEDIUM, "hang up a terminal", DOCKER },
	{ "vm86", RISK_HIGH, "run virtual-8086 code, little-tested kernel code", DOCKER },
	{ "vm86old", RISK_HIGH, "run virtual-8086 code, little-tested kernel code", DOCKER },
};

#define CAPABILITIES "capabilities(7)"
#define DOCKER_SOCKET "Docker's default profile: sockets of this family are refused"

/* Sorted by name. */
static const struct risk capability_rows[] = {
	{ "AUDIT_CONTROL", RISK_HIGH, "change the host's audit rules", CAPABILITIES },
	{ "AUDIT_READ", RISK_MEDIUM, "read the host's audit log", CAPABILITIES },
	{ "AUDIT_WRITE", RISK_LOW, "write to the host's audit log", CAPABILITIES },
	{ "BLOCK_SUSPEND", RISK_LOW, "keep the host from sleeping", CAPABILITIES },
	{ "BPF", RISK_HIGH, "load programs into the kernel", CAPABILITIES },
	{ "CHECKPOINT_RESTORE", RISK_MEDIUM, "look deep into other processes", CAPABILITIES },
	{ "CHOWN", RISK_LOW, "give files to any user", CAPABILITIES },
	{ "DAC_OVERRIDE", RISK_MEDIUM, "read and write files whatever their mode says", CAPABILITIES },
	{ "DAC_READ_SEARCH", RISK_HIGH, "read any file, of the host too by open_by_handle_at", CAPABILITIES },
	{ "FOWNER", RISK_LOW, "change files as if it owned them", CAPABILITIES },
	{ "FSETID", RISK_LOW, "keep set-id bits when it changes files", CAPABILITIES },
	{ "IPC_LOCK", RISK_LOW, "lock memory without limit", CAPABILITIES },
	{ "IPC_OWNER", RISK_LOW, "use any System V object of its namespace", CAPABILITIES },
	{ "KILL", RISK_LOW, "send signals to processes of other users", CAPABILITIES },
	{ "LEASE", RISK_LOW, "take leases on any file", CAPABILITIES },
	{ "LINUX_IMMUTABLE", RISK_MEDIUM, "set and clear the immutable flag", CAPABILITIES },
	{ "MAC_ADMIN", RISK_HIGH, "change the host's access control policy", CAPABILITIES },
	{ "MAC_OVERRIDE", RISK_HIGH, "pass by the host's access control policy", CAPABILITIES },
	{ "MKNOD", RISK_MEDIUM, "make device files", CAPABILITIES },
	{ "NET_ADMIN", RISK_HIGH, "configure the network of its namespace, much kernel code", CAPABILITIES },
	{ "NET_BIND_SERVICE", RISK_LOW, "listen on ports below 1024", CAPABILITIES },
	{ "NET_BROADCAST", RISK_LOW, "nothing: it is unused", CAPABILITIES },
	{ "NET_RAW", RISK_MEDIUM, "send forged packets into its network", CAPABILITIES },
	{ "PERFMON", RISK_MEDIUM, "profile the kernel", CAPABILITIES },
	{ "SETFCAP", RISK_MEDIUM, "give programs file capabilities", CAPABILITIES },
	{ "SETGID", RISK_LOW, "become any group", CAPABILITIES },
	{ "SETPCAP", RISK_LOW, "move its own capabilities between its sets", CAPABILITIES },
	{ "SETUID", RISK_LOW, "become any user of the container", CAPABILITIES },
	{ "SYSLOG", RISK_MEDIUM, "read the kernel's log and its addresses", CAPABILITIES },
	{ "SYS_ADMIN", RISK_HIGH, "do most of what root on the host can do", CAPABILITIES },
	{ "SYS_BOOT", RISK_HIGH, "reboot the host", CAPABILITIES },
	{ "SYS_CHROOT", RISK_MEDIUM, "change its root folder", CAPABILITIES },
	{ "SYS_MODULE", RISK_HIGH, "load code into the kernel", CAPABILITIES },
	{ "SYS_NICE", RISK_LOW, "raise priorities", CAPABILITIES },
	{ "SYS_PACCT", RISK_MEDIUM, "write process accounting of the whole host", CAPABILITIES },
	{ "SYS_PTRACE", RISK_HIGH, "control any process that it can see", CAPABILITIES },
	{ "SYS_RAWIO", RISK_HIGH, "talk to hardware ports and memory", CAPABILITIES },
	{ "SYS_RESOURCE", RISK_MEDIUM, "exceed resource limits", CAPABILITIES },
	{ "SYS_TIME", RISK_HIGH, "set the host's clock", CAPABILITIES },
	{ "SYS_TTY_CONFIG", RISK_LOW, "configure terminals", CAPABILITIES },
	{ "WAKE_ALARM", RISK_LOW, "wake the host from sleep", CAPABILITIES },
};

/* Sorted by name. Docker's default profile refuses the sockets of those whose source it is. */
static const struct risk family_rows[] = {
	{ "alg", RISK_MEDIUM, "use the kernel's own ciphers, code that exploits began with", DOCKER_SOCKET },
	{ "bluetooth", RISK_MEDIUM, "use the host's radio", "bluetooth(7) of the kernel's documentation" },
	{ "can", RISK_MEDIUM, "talk on a vehicle's bus", "Documentation/networking/can.rst" },
	{ "key", RISK_MEDIUM, "configure IPsec of its network namespace", "RFC 2367" },
	{ "netlink", RISK_LOW, "ask the kernel about its network, much kernel code", "netlink(7)" },
	{ "packet", RISK_MEDIUM, "see and forge packets of its network, with NET_RAW", "packet(7)" },
	{ "rds", RISK_MEDIUM, "use a protocol of clusters, little-tested kernel code", "Documentation/networking/rds.rst" },
	{ "tipc", RISK_MEDIUM, "use a protocol of clusters, little-tested kernel code", "Documentation/networking/tipc.rst" },
	{ "vsock", RISK_MEDIUM, "talk to the hypervisor and to other virtual machines", DOCKER_SOCKET },
	{ "xdp", RISK_MEDIUM, "see and forge packets of its network, with NET_RAW", "Documentation/networking/af_xdp.rst" },
};

/* Sorted by name. */
static const struct risk act_rows[] = {
	{ "abi", RISK_MEDIUM, "reach kernel code that only old programs use", "Docker's default profile" },
	{ "connect", RISK_MEDIUM, "send what it knows there", "connect(2)" },
	{ "execute", RISK_MEDIUM, "do what that program can do", "execve(2)" },
	{ "mount", RISK_HIGH, "change what lies where in its tree of files", "mount(2)" },
	{ "privileges", RISK_MEDIUM, "become root by a set-id program of its image", "PR_SET_NO_NEW_PRIVS in prctl(2)" },
	{ "ptrace", RISK_HIGH, "read and steer processes that are not its own", "ptrace(2)" },
	{ "signal", RISK_MEDIUM, "end processes that are not its own", "kill(2)" },
};

/* Sorted by name. */
static const struct risk path_rows[] = {
	{ "/boot", RISK_HIGH, "change what the machine boots", "hier(7)" },
	{ "/dev/kmsg", RISK_MEDIUM, "write to the kernel's log", "kmsg(4)" },
	{ "/dev/kvm", RISK_MEDIUM, "run virtual machines", "kvm API" },
	{ "/dev/mem", RISK_HIGH, "write physical memory", "mem(4)" },
	{ "/etc", RISK_MEDIUM, "change its own configuration and users", "hier(7)" },
	{ "/proc/sys", RISK_HIGH, "change kernel settings", "proc_sys(5)" },
	{ "/proc/sysrq-trigger", RISK_HIGH, "crash or reboot the host", "proc(5)" },
	{ "/run/containerd/containerd.sock", RISK_HIGH, "command the container engine", "containerd" },
	{ "/run/docker.sock", RISK_HIGH, "command the container engine", "docs.docker.com/engine/security" },
	{ "/run/podman/podman.sock", RISK_HIGH, "command the container engine", "podman-system-service(1)" },
	{ "/sys", RISK_HIGH, "change kernel settings", "sysfs(5)" },
	{ "/usr", RISK_MEDIUM, "change the programs that it runs", "hier(7)" },
	{ "/var/run/docker.sock", RISK_HIGH, "command the container engine", "docs.docker.com/engine/security" },
};

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct risk *)row)->name);
}

const struct risk *risk_of_syscall(const char *name)
{
	return bsearch(name, syscall_rows, ARRAY_SIZE(syscall_rows), sizeof(syscall_rows[0]), compare_name);
}

const struct risk *risk_of_capability(const char *name)
{
	return bsearch(name, capability_rows, ARRAY_SIZE(capability_rows), sizeof(capability_rows[0]), compare_name);
}

const struct risk *risk_of_socket_family(const char *name)
{
	return bsearch(name, family_rows, ARRAY_SIZE(family_rows), sizeof(family_rows[0]), compare_name);
}

const struct risk *risk_of_act(const char *name)
{
	return bsearch(name, act_rows, ARRAY_SIZE(act_rows), sizeof(act_rows[0]), compare_name);
}

const struct risk *risk_of_written_path(const char *path)
{
	const struct risk *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(path_rows); i++) {
		size_t length = strlen(path_rows[i].name);

		if (length <= longest || strncmp(path, path_rows[i].name, length) != 0)
			continue;
		if (path[length] == '\0' || path[length] == '/') {
			found = &path_rows[i];
			longest = length;
		}
	}
	return found;
}

const struct risk *risk_syscall_at(size_t index)
{
	return index < ARRAY_SIZE(syscall_rows) ? &syscall_rows[index] : NULL;
}

const char *risk_level_name(enum risk_level level)
{
	static const char *const names[] = { "low", "medium", "high" };

	return names[level];
}
