/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of inferences. Sources: capabilities(7) for what a capability is for, and the kernel's function that asks
 * (Linux 6.18). Left out is what libraries try for its own sake and do without: SO_SNDBUFFORCE and SO_RCVBUFFORCE,
 * after or before the plain option.
 */
#include "snug/capability_inference.h"

#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "knowledge/abi_list.h"
#include "knowledge/capability_condition.h"
#include "snug/memory.h"

#define INT 0xffffffffu

#define FROM(text) .source = text
#define WHEN(index, mask, value) .when = { { index, mask, value } }
#define WHEN2(i, m, v, i2, m2, v2) .when = { { i, m, v }, { i2, m2, v2 } }
#define IF(test) .holds = test
#define FILE_IS(test) .need = NEED_FILE, .holds = test
#define OWNER(uid, gid) .need = NEED_OWNER, .arg = { uid, gid, -1 }, .holds = changes_owner
#define USERS(test, a, b, c) .need = NEED_UIDS, .arg = { a, b, c }, .holds = test
#define GROUPS(test, a, b, c) .need = NEED_GIDS, .arg = { a, b, c }, .holds = test
#define TARGET(pid, test) .need = NEED_TARGET, .arg = { pid }, .holds = test
#define ATTRIBUTE(name, test) .need = NEED_NAME, .arg = { name }, .holds = test
#define POINTED(at, test) .need = NEED_POINTED, .arg = { at }, .holds = test
#define NARROW .narrow = true

#define CHOWN_REASON "changed the owner or group of a file"
#define CHMOD_REASON "changed the mode of another user's file"
#define SETGID_BIT_REASON "kept the set-group-id bit of a file of a group that is not its own"
#define TIMES_REASON "set the times of another user's file"
#define STICKY_REASON "took another user's file from a sticky folder"
#define SETUID_REASON "took a user id that it did not have"
#define SETGID_REASON "took a group id that it did not have"
#define KILL_REASON "signalled another user's process"
#define RAW_REASON "opened a raw or packet socket"
#define MOUNT_REASON "changed the mount table"
#define NAMESPACE_REASON "made or entered a namespace"
#define CLOCK_REASON "set a clock"
#define MODULE_REASON "loaded or removed a kernel module"
#define PTRACE_REASON "looked into a process that is not its equal"
#define FCAP_REASON "set file capabilities"
#define GUARDED_REASON "changed a guarded extended attribute"
#define NICE_REASON "raised a scheduling priority"
#define NETWORK_REASON "changed the network's set-up"
#define LOCK_REASON "locked more memory than the limit"
#define DEVICE_REASON "made a device file"
#define LOG_REASON "read or changed the kernel's log"

/* Sorted by call (strcmp). */
static const struct capability_inference inference_rows[] = {
	{ "acct", CAP_SYS_PACCT, "switched process accounting", FROM("acct(2)") },
	{ "adjtimex", CAP_SYS_TIME, CLOCK_REASON, FROM("adjtimex(2)"), POINTED(0, asks_for_change) },
	{ "bind", CAP_NET_BIND_SERVICE, "bound a port below net.ipv4.ip_unprivileged_port_start",
	  FROM("ip(7)"), .need = NEED_ADDRESS, .arg = { 1, 2 }, IF(binds_low_port) },
	{ "bpf", CAP_BPF, "used bpf", FROM("capabilities(7)") },
	{ "capset", CAPABILITY_EACH_ASKED, "kept it by name",
	  FROM("capset(2): the bounding set must hold it"), .need = NEED_SETS, .arg = { 1 }, IF(asks_by_name) },
	{ "chmod", CAP_FOWNER, CHMOD_REASON, FROM("chmod(2)"), FILE_IS(file_is_another_users) },
	{ "chmod", CAP_FSETID, SETGID_BIT_REASON, FROM("chmod(2)"),
	  WHEN(1, S_ISGID, S_ISGID), FILE_IS(keeps_set_group_id) },
	{ "chown", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2), NARROW },
	{ "chown32", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2) },
	{ "chroot", CAP_SYS_CHROOT, "changed its root folder", FROM("chroot(2)") },
	{ "clock_adjtime", CAP_SYS_TIME, CLOCK_REASON, FROM("clock_adjtime(2)"),
	  POINTED(1, asks_for_change) },
	{ "clock_adjtime64", CAP_SYS_TIME, CLOCK_REASON, FROM("clock_adjtime(2)"),
	  POINTED(1, asks_for_change) },
	{ "clock_settime", CAP_SYS_TIME, CLOCK_REASON, FROM("clock_settime(2)") },
	{ "clock_settime64", CAP_SYS_TIME, CLOCK_REASON, FROM("clock_settime(2)") },
	{ "clone", CAP_SYS_ADMIN, NAMESPACE_REASON, FROM("clone(2)"), IF(makes_namespace) },
	{ "clone3", CAP_SYS_ADMIN, NAMESPACE_REASON,
	  FROM("clone(2): struct clone_args begins with the flags"), POINTED(0, makes_namespace_by_struct) },
	{ "delete_module", CAP_SYS_MODULE, MODULE_REASON, FROM("delete_module(2)") },
	{ "fanotify_init", CAP_SYS_ADMIN, "watched files with fanotify", FROM("fanotify_init(2)"),
	  WHEN(0, 0xc, 4) },
	{ "fanotify_init", CAP_SYS_ADMIN, "watched files with fanotify", FROM("fanotify_init(2)"),
	  WHEN(0, 0xc, 8) },
	{ "fchmod", CAP_FOWNER, CHMOD_REASON, FROM("chmod(2)"), FILE_IS(file_is_another_users) },
	{ "fchmod", CAP_FSETID, SETGID_BIT_REASON, FROM("chmod(2)"),
	  WHEN(1, S_ISGID, S_ISGID), FILE_IS(keeps_set_group_id) },
	{ "fchmodat", CAP_FOWNER, CHMOD_REASON, FROM("chmod(2)"), FILE_IS(file_is_another_users) },
	{ "fchmodat", CAP_FSETID, SETGID_BIT_REASON, FROM("chmod(2)"),
	  WHEN(2, S_ISGID, S_ISGID), FILE_IS(keeps_set_group_id) },
	{ "fchmodat2", CAP_FOWNER, CHMOD_REASON, FROM("chmod(2)"), FILE_IS(file_is_another_users) },
	{ "fchmodat2", CAP_FSETID, SETGID_BIT_REASON, FROM("chmod(2)"),
	  WHEN(2, S_ISGID, S_ISGID), FILE_IS(keeps_set_group_id) },
	{ "fchown", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2), NARROW },
	{ "fchown32", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2) },
	{ "fchownat", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(2, 3) },
	{ "finit_module", CAP_SYS_MODULE, MODULE_REASON, FROM("finit_module(2)") },
	{ "fsetxattr", CAP_SETFCAP, FCAP_REASON, FROM("capabilities(7)"),
	  ATTRIBUTE(1, names_file_capabilities) },
	{ "fsetxattr", CAP_SYS_ADMIN, GUARDED_REASON, FROM("xattr(7)"),
	  ATTRIBUTE(1, names_guarded_attribute) },
	{ "fsmount", CAP_SYS_ADMIN, MOUNT_REASON, FROM("fs/namespace.c: may_mount()") },
	{ "fsopen", CAP_SYS_ADMIN, MOUNT_REASON, FROM("fs/fsopen.c: may_mount()") },
	{ "init_module", CAP_SYS_MODULE, MODULE_REASON, FROM("init_module(2)") },
	{ "ioctl", CAP_LINUX_IMMUTABLE, "made a file immutable or append-only", FROM("ioctl_iflags(2)"),
	  WHEN(1, INT, 0x40086602), POINTED(2, asks_for_immutable) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("netdevice(7): SIOCSIFFLAGS"),
	  WHEN(1, INT, 0x8914) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("netdevice(7): SIOCSIFADDR"),
	  WHEN(1, INT, 0x8916) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("netdevice(7): SIOCSIFNETMASK"),
	  WHEN(1, INT, 0x891c) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("netdevice(7): SIOCSIFMTU"),
	  WHEN(1, INT, 0x8922) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("rtnetlink(7): SIOCADDRT"), WHEN(1, INT, 0x890b) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("rtnetlink(7): SIOCDELRT"), WHEN(1, INT, 0x890c) },
	{ "ioctl", CAP_NET_ADMIN, NETWORK_REASON, FROM("drivers/net/tun.c: TUNSETIFF"),
	  WHEN(1, INT, 0x400454ca) },
	{ "ioperm", CAP_SYS_RAWIO, "asked for I/O ports", FROM("ioperm(2)"), WHEN(2, 1, 1) },
	{ "iopl", CAP_SYS_RAWIO, "asked for I/O ports", FROM("iopl(2)"), WHEN(0, 3, 3) },
	{ "ioprio_set", CAP_SYS_NICE, NICE_REASON, FROM("ioprio_set(2): IOPRIO_CLASS_RT"),
	  WHEN(2, 0xe000, 0x2000) },
	{ "kcmp", CAP_SYS_PTRACE, PTRACE_REASON, FROM("kcmp(2)"), TARGET(0, target_is_out_of_reach) },
	{ "kcmp", CAP_SYS_PTRACE, PTRACE_REASON, FROM("kcmp(2)"), TARGET(1, target_is_out_of_reach) },
	{ "kexec_file_load", CAP_SYS_BOOT, "loaded a kernel", FROM("kexec_file_load(2)") },
	{ "kexec_load", CAP_SYS_BOOT, "loaded a kernel", FROM("kexec_load(2)") },
	{ "kill", CAP_KILL, KILL_REASON, FROM("kill(2)"), TARGET(0, target_is_another_users) },
	{ "lchown", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2), NARROW },
	{ "lchown32", CAP_CHOWN, CHOWN_REASON, FROM("chown(2)"), OWNER(1, 2) },
	{ "link", CAP_FOWNER, "linked another user's file", FROM("proc(5): protected_hardlinks"),
	  FILE_IS(links_to_unsafe_file) },
	{ "linkat", CAP_FOWNER, "linked another user's file", FROM("proc(5): protected_hardlinks"),
	  FILE_IS(links_to_unsafe_file) },
	{ "lsetxattr", CAP_SETFCAP, FCAP_REASON, FROM("capabilities(7)"),
	  ATTRIBUTE(1, names_file_capabilities) },
	{ "lsetxattr", CAP_SYS_ADMIN, GUARDED_REASON, FROM("xattr(7)"),
	  ATTRIBUTE(1, names_guarded_attribute) },
	{ "mknod", CAP_MKNOD, DEVICE_REASON, FROM("mknod(2)"), WHEN(1, S_IFMT, S_IFCHR) },
	{ "mknod", CAP_MKNOD, DEVICE_REASON, FROM("mknod(2)"), WHEN(1, S_IFMT, S_IFBLK) },
	{ "mknodat", CAP_MKNOD, DEVICE_REASON, FROM("mknod(2)"), WHEN(2, S_IFMT, S_IFCHR) },
	{ "mknodat", CAP_MKNOD, DEVICE_REASON, FROM("mknod(2)"), WHEN(2, S_IFMT, S_IFBLK) },
	{ "mlock", CAP_IPC_LOCK, LOCK_REASON, FROM("mlock(2)"),
	  .need = NEED_MEMORY, IF(locks_beyond_limit) },
	{ "mlock2", CAP_IPC_LOCK, LOCK_REASON, FROM("mlock(2)"),
	  .need = NEED_MEMORY, IF(locks_beyond_limit) },
	{ "mlockall", CAP_IPC_LOCK, LOCK_REASON, FROM("mlockall(2)"),
	  .need = NEED_MEMORY, IF(locks_all_beyond_limit) },
	{ "mmap", CAP_IPC_LOCK, LOCK_REASON, FROM("mmap(2)"),
	  WHEN(3, MAP_LOCKED, MAP_LOCKED), .need = NEED_MEMORY, IF(locks_beyond_limit) },
	{ "mount", CAP_SYS_ADMIN, MOUNT_REASON, FROM("mount(2)") },
	{ "mount_setattr", CAP_SYS_ADMIN, MOUNT_REASON, FROM("mount_setattr(2)") },
	{ "move_mount", CAP_SYS_ADMIN, MOUNT_REASON, FROM("fs/namespace.c: may_mount()") },
	{ "nice", CAP_SYS_NICE, NICE_REASON, FROM("nice(2)"), WHEN(0, 0x80000000u, 0x80000000u) },
	{ "open_by_handle_at", CAP_DAC_READ_SEARCH, "opened a file by its handle",
	  FROM("open_by_handle_at(2)") },
	{ "open_tree", CAP_SYS_ADMIN, MOUNT_REASON, FROM("fs/namespace.c: OPEN_TREE_CLONE"),
	  WHEN(2, 1, 1) },
	{ "perf_event_open", CAP_PERFMON, "measured other processes", FROM("perf_event_open(2)"),
	  WHEN(1, INT, INT) },
	{ "pidfd_getfd", CAP_SYS_PTRACE, PTRACE_REASON, FROM("pidfd_getfd(2)"),
	  .need = NEED_TARGET_PIDFD, .arg = { 0 }, IF(target_is_out_of_reach) },
	{ "pivot_root", CAP_SYS_ADMIN, MOUNT_REASON, FROM("pivot_root(2)") },
	{ "prctl", CAP_SETPCAP, "dropped from its bounding set", FROM("prctl(2): PR_CAPBSET_DROP"),
	  WHEN(0, INT, 24) },
	{ "prctl", CAP_SETPCAP, "set its secure bits", FROM("prctl(2): PR_SET_SECUREBITS"),
	  WHEN(0, INT, 28) },
	{ "prctl", CAP_SYS_ADMIN, "loaded a seccomp filter without no_new_privs", FROM("seccomp(2)"),
	  WHEN2(0, INT, 22, 1, INT, 2), IF(lacks_no_new_privs) },
	{ "prctl", CAP_SYS_RESOURCE, "changed its memory map's limits", FROM("prctl(2): PR_SET_MM"),
	  WHEN(0, INT, 35) },
	{ "prlimit64", CAP_SYS_RESOURCE, "raised a hard limit", FROM("getrlimit(2)"),
	  .need = NEED_LIMIT64, .arg = { 1, 2 }, IF(raises_hard_limit) },
	{ "process_vm_readv", CAP_SYS_PTRACE, PTRACE_REASON, FROM("process_vm_readv(2)"),
	  TARGET(0, target_is_out_of_reach) },
	{ "process_vm_writev", CAP_SYS_PTRACE, PTRACE_REASON, FROM("process_vm_writev(2)"),
	  TARGET(0, target_is_out_of_reach) },
	{ "ptrace", CAP_SYS_PTRACE, PTRACE_REASON, FROM("ptrace(2): PTRACE_ATTACH"),
	  WHEN(0, INT, 16), TARGET(1, target_is_out_of_reach) },
	{ "ptrace", CAP_SYS_PTRACE, PTRACE_REASON, FROM("ptrace(2): PTRACE_SEIZE"),
	  WHEN(0, INT, 0x4206), TARGET(1, target_is_out_of_reach) },
	{ "reboot", CAP_SYS_BOOT, "rebooted, or changed what Ctrl-Alt-Del does", FROM("reboot(2)") },
	{ "rename", CAP_FOWNER, STICKY_REASON, FROM("rename(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "renameat", CAP_FOWNER, STICKY_REASON, FROM("rename(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "renameat2", CAP_FOWNER, STICKY_REASON, FROM("rename(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "rmdir", CAP_FOWNER, STICKY_REASON, FROM("rmdir(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "rt_sigqueueinfo", CAP_KILL, KILL_REASON, FROM("kill(2)"), TARGET(0, target_is_another_users) },
	{ "rt_tgsigqueueinfo", CAP_KILL, KILL_REASON, FROM("kill(2)"),
	  TARGET(0, target_is_another_users) },
	{ "sched_setaffinity", CAP_SYS_NICE, "scheduled another user's process",
	  FROM("sched_setaffinity(2)"), TARGET(0, schedules_another_users) },
	{ "sched_setattr", CAP_SYS_NICE, NICE_REASON, FROM("sched_setattr(2)"),
	  POINTED(1, asks_for_realtime) },
	{ "sched_setscheduler", CAP_SYS_NICE, NICE_REASON, FROM("sched_setscheduler(2)"),
	  WHEN(1, 0xffff, SCHED_FIFO) },
	{ "sched_setscheduler", CAP_SYS_NICE, NICE_REASON, FROM("sched_setscheduler(2)"),
	  WHEN(1, 0xffff, SCHED_RR) },
	{ "seccomp", CAP_SYS_ADMIN, "loaded a seccomp filter without no_new_privs", FROM("seccomp(2)"),
	  WHEN(0, INT, 1), IF(lacks_no_new_privs) },
	{ "sendmsg", CAP_AUDIT_WRITE, "wrote to the audit log", FROM("capabilities(7)"),
	  .need = NEED_MESSAGE_HEADER, .arg = { 0, 1 }, IF(is_user_message) },
	{ "sendmsg", CAP_NET_ADMIN, NETWORK_REASON, FROM("rtnetlink(7)"),
	  .need = NEED_MESSAGE_HEADER, .arg = { 0, 1 }, IF(changes_network) },
	{ "sendto", CAP_AUDIT_WRITE, "wrote to the audit log", FROM("capabilities(7)"),
	  .need = NEED_MESSAGE, .arg = { 0, 1, 4 }, IF(is_user_message) },
	{ "sendto", CAP_NET_ADMIN, NETWORK_REASON, FROM("rtnetlink(7)"),
	  .need = NEED_MESSAGE, .arg = { 0, 1, 4 }, IF(changes_network) },
	{ "setdomainname", CAP_SYS_ADMIN, "set the domain name", FROM("setdomainname(2)") },
	{ "setfsgid", CAP_SETGID, SETGID_REASON, FROM("setfsgid(2)"),
	  GROUPS(sets_other_file_group, 0, -1, -1), NARROW },
	{ "setfsgid32", CAP_SETGID, SETGID_REASON, FROM("setfsgid(2)"),
	  GROUPS(sets_other_file_group, 0, -1, -1) },
	{ "setfsuid", CAP_SETUID, SETUID_REASON, FROM("setfsuid(2)"),
	  USERS(sets_other_file_user, 0, -1, -1), NARROW },
	{ "setfsuid32", CAP_SETUID, SETUID_REASON, FROM("setfsuid(2)"),
	  USERS(sets_other_file_user, 0, -1, -1) },
	{ "setgid", CAP_SETGID, SETGID_REASON, FROM("setgid(2)"),
	  GROUPS(sets_other_group, 0, -1, -1), NARROW },
	{ "setgid32", CAP_SETGID, SETGID_REASON, FROM("setgid(2)"), GROUPS(sets_other_group, 0, -1, -1) },
	{ "setgroups", CAP_SETGID, "set its supplementary groups", FROM("setgroups(2)") },
	{ "setgroups32", CAP_SETGID, "set its supplementary groups", FROM("setgroups(2)") },
	{ "sethostname", CAP_SYS_ADMIN, "set the host name", FROM("sethostname(2)") },
	{ "setns", CAP_SYS_ADMIN, NAMESPACE_REASON, FROM("setns(2)") },
	{ "setpriority", CAP_SYS_NICE, NICE_REASON, FROM("setpriority(2)"),
	  WHEN(0, INT, 0), .need = NEED_NICE, .arg = { 1 }, IF(lowers_nice) },
	{ "setregid", CAP_SETGID, SETGID_REASON, FROM("setregid(2)"),
	  GROUPS(sets_two_other_groups, 0, 1, -1), NARROW },
	{ "setregid32", CAP_SETGID, SETGID_REASON, FROM("setregid(2)"),
	  GROUPS(sets_two_other_groups, 0, 1, -1) },
	{ "setresgid", CAP_SETGID, SETGID_REASON, FROM("setresgid(2)"),
	  GROUPS(sets_three_other_groups, 0, 1, 2), NARROW },
	{ "setresgid32", CAP_SETGID, SETGID_REASON, FROM("setresgid(2)"),
	  GROUPS(sets_three_other_groups, 0, 1, 2) },
	{ "setresuid", CAP_SETUID, SETUID_REASON, FROM("setresuid(2)"),
	  USERS(sets_three_other_users, 0, 1, 2), NARROW },
	{ "setresuid32", CAP_SETUID, SETUID_REASON, FROM("setresuid(2)"),
	  USERS(sets_three_other_users, 0, 1, 2) },
	{ "setreuid", CAP_SETUID, SETUID_REASON, FROM("setreuid(2)"),
	  USERS(sets_two_other_users, 0, 1, -1), NARROW },
	{ "setreuid32", CAP_SETUID, SETUID_REASON, FROM("setreuid(2)"),
	  USERS(sets_two_other_users, 0, 1, -1) },
	{ "setrlimit", CAP_SYS_RESOURCE, "raised a hard limit", FROM("getrlimit(2)"),
	  .need = NEED_LIMIT, .arg = { 0, 1 }, IF(raises_hard_limit) },
	{ "setsockopt", CAP_NET_ADMIN, "marked packets", FROM("socket(7): SO_MARK"),
	  WHEN2(1, INT, 1, 2, INT, 36) },
	{ "setsockopt", CAP_NET_ADMIN, "took packets for other addresses", FROM("ip(7): IP_TRANSPARENT"),
	  WHEN2(1, INT, 0, 2, INT, 19) },
	{ "settimeofday", CAP_SYS_TIME, CLOCK_REASON, FROM("settimeofday(2)") },
	{ "setuid", CAP_SETUID, SETUID_REASON, FROM("setuid(2)"),
	  USERS(sets_other_user, 0, -1, -1), NARROW },
	{ "setuid32", CAP_SETUID, SETUID_REASON, FROM("setuid(2)"), USERS(sets_other_user, 0, -1, -1) },
	{ "setxattr", CAP_SETFCAP, FCAP_REASON, FROM("capabilities(7)"),
	  ATTRIBUTE(1, names_file_capabilities) },
	{ "setxattr", CAP_SYS_ADMIN, GUARDED_REASON, FROM("xattr(7)"),
	  ATTRIBUTE(1, names_guarded_attribute) },
	{ "setxattrat", CAP_SETFCAP, FCAP_REASON, FROM("capabilities(7)"),
	  ATTRIBUTE(3, names_file_capabilities) },
	{ "setxattrat", CAP_SYS_ADMIN, GUARDED_REASON, FROM("xattr(7)"),
	  ATTRIBUTE(3, names_guarded_attribute) },
	{ "socket", CAP_NET_RAW, RAW_REASON, FROM("raw(7)"), WHEN2(0, INT, AF_INET, 1, 0xf, SOCK_RAW) },
	{ "socket", CAP_NET_RAW, RAW_REASON, FROM("raw(7)"), WHEN2(0, INT, AF_INET6, 1, 0xf, SOCK_RAW) },
	{ "socket", CAP_NET_RAW, RAW_REASON, FROM("packet(7)"), WHEN(0, INT, AF_PACKET) },
	{ "stime", CAP_SYS_TIME, CLOCK_REASON, FROM("stime(2)") },
	{ "swapoff", CAP_SYS_ADMIN, "switched swapping", FROM("swapoff(2)") },
	{ "swapon", CAP_SYS_ADMIN, "switched swapping", FROM("swapon(2)") },
	{ "syslog", CAP_SYSLOG, LOG_REASON, FROM("syslog(2): SYSLOG_ACTION_READ"), WHEN(0, INT, 2) },
	{ "syslog", CAP_SYSLOG, LOG_REASON, FROM("syslog(2): SYSLOG_ACTION_READ_CLEAR"),
	  WHEN(0, INT, 4) },
	{ "syslog", CAP_SYSLOG, LOG_REASON, FROM("syslog(2): SYSLOG_ACTION_CLEAR"), WHEN(0, INT, 5) },
	{ "syslog", CAP_SYSLOG, LOG_REASON, FROM("syslog(2): SYSLOG_ACTION_CONSOLE_LEVEL"),
	  WHEN(0, INT, 8) },
	{ "tgkill", CAP_KILL, KILL_REASON, FROM("kill(2)"), TARGET(0, target_is_another_users) },
	{ "timer_create", CAP_WAKE_ALARM, "set an alarm that wakes the machine", FROM("timer_create(2)"),
	  WHEN(0, ~1u & INT, 8) },
	{ "timerfd_create", CAP_WAKE_ALARM, "set an alarm that wakes the machine",
	  FROM("timerfd_create(2)"), WHEN(0, ~1u & INT, 8) },
	{ "tkill", CAP_KILL, KILL_REASON, FROM("kill(2)"), TARGET(0, target_is_another_users) },
	{ "umount", CAP_SYS_ADMIN, MOUNT_REASON, FROM("umount(2)") },
	{ "umount2", CAP_SYS_ADMIN, MOUNT_REASON, FROM("umount(2)") },
	{ "unlink", CAP_FOWNER, STICKY_REASON, FROM("unlink(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "unlinkat", CAP_FOWNER, STICKY_REASON, FROM("unlink(2)"), FILE_IS(takes_from_sticky_folder) },
	{ "unshare", CAP_SYS_ADMIN, NAMESPACE_REASON, FROM("unshare(2)"), IF(makes_namespace) },
	{ "userfaultfd", CAP_SYS_PTRACE, "handled the kernel's page faults", FROM("userfaultfd(2)"),
	  WHEN(0, 1, 0) },
	{ "utime", CAP_FOWNER, TIMES_REASON, FROM("utime(2)"), FILE_IS(sets_times_of_others) },
	{ "utimensat", CAP_FOWNER, TIMES_REASON, FROM("utimensat(2)"), FILE_IS(sets_times_of_others_at) },
	{ "utimensat_time64", CAP_FOWNER, TIMES_REASON, FROM("utimensat(2)"),
	  FILE_IS(sets_times_of_others_at) },
	{ "utimes", CAP_FOWNER, TIMES_REASON, FROM("utimes(2)"), FILE_IS(sets_times_of_others) },
	{ "vhangup", CAP_SYS_TTY_CONFIG, "hung up a terminal", FROM("vhangup(2)") },
};

const struct capability_inference *capability_inference_at(size_t index)
{
	return index < ARRAY_SIZE(inference_rows) ? &inference_rows[index] : NULL;
}

static int compare_syscall(const void *name, const void *row)
{
	return strcmp(name, ((const struct capability_inference *)row)->syscall);
}

const struct capability_inference *capability_inference_find(const char *syscall, size_t *ret_count)
{
	const struct capability_inference *end = inference_rows + ARRAY_SIZE(inference_rows), *last;
	const struct capability_inference *first = bsearch(syscall, inference_rows, ARRAY_SIZE(inference_rows),
							   sizeof(inference_rows[0]), compare_syscall);

	*ret_count = 0;
	if (!first)
		return NULL;
	for (last = first; last < end && strcmp(last->syscall, syscall) == 0; )
		last++;
	while (first > inference_rows && strcmp(first[-1].syscall, syscall) == 0)
		first--;
	*ret_count = (size_t)(last - first);
	return first;
}

bool capability_inference_may_hold(const struct capability_inference *row, const uint64_t args[6])
{
	for (size_t i = 0; i < ARRAY_SIZE(row->when); i++)
		if ((args[row->when[i].index] & row->when[i].mask) != row->when[i].value)
			return false;
	return true;
}

bool inference_ids_are_narrow(const struct arch *abi)
{
	return abi_list_has("x86 arm s390", abi);	/* CONFIG_UID16 */
}
