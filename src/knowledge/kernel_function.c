/* SPDX-License-Identifier: Apache-2.0 */
/* What functions of the kernel do with a refusal; see kernel_function.h. Read in Linux 6.1 and 6.18. */
#include "snug/kernel_function.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>

#include "snug/memory.h"

#define SEPARATOR " < "
#define NEAR 3	/* functions from the check outwards in which a row is looked for: what a build inlines differs */

/* Only ways to ask: they say nothing about what for. */
static const char *const ways_to_ask[] = {
	"__netlink_capable", "__netlink_net_capable", "__netlink_ns_capable", "__probestub_cap_capable",
	"__traceiter_cap_capable", "bpf_token_capable", "cap_capable", "cap_capable_helper", "capable",
	"capable_wrt_inode_uidgid", "file_ns_capable", "has_capability", "has_capability_noaudit",
	"has_ns_capability", "has_ns_capability_noaudit", "inode_owner_or_capable", "netlink_capable",
	"netlink_net_capable", "netlink_ns_capable", "ns_capable", "ns_capable_common", "ns_capable_noaudit",
	"ns_capable_setid", "perf_trace_cap_capable", "perfmon_capable", "security_capable", "sk_capable",
	"sk_net_capable", "sk_ns_capable", "sockopt_capable", "sockopt_ns_capable",
	"trace_event_raw_event_cap_capable",
};

/* Where calls enter the kernel: what follows says nothing about this one. */
static const char *const entries[] = {
	"__do_fast_syscall_32", "__do_syscall", "do_el0_svc", "do_int80_emulation", "do_int80_syscall_32",
	"do_syscall_64", "do_trap_ecall_u", "el0_svc", "entry_SYSCALL_64_after_hwframe", "invoke_syscall",
	"ret_from_fork", "system_call_exception", "x64_sys_call",
};

/* What the functions of calls begin with, before the name: SYSCALL_DEFINEx() of include/linux/syscalls.h, and
 * asm/syscall_wrapper.h of 64-bit machines. Those of foreign ABIs are left out: names mean others there. */
static const char *const call_prefixes[] = {
	"__arm64_sys_", "__do_sys_", "__riscv_sys_", "__s390x_sys_", "__se_sys_", "__x64_sys_",
};

/* Calls whose function has another name, arch/x86/entry/syscalls/syscall_64.tbl. */
static const struct call_name {
	const char *function, *call;
} call_names[] = {
	{ "newfstat", "fstat" }, { "newlstat", "lstat" }, { "newstat", "stat" }, { "newuname", "uname" },
	{ "sendfile64", "sendfile" }, { "umount", "umount2" },
};

#define ANY CAPABILITY_ANY
#define FAILS(name_, capability_, source_, ...) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_FAILS, .source = source_, __VA_ARGS__ }
#define IF_CHANGED(name_, capability_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_IF_CHANGED, .source = source_ }
#define DIFFERS(name_, capability_, effect_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_DIFFERS, .effect = effect_, .source = source_ }
/* One that a profile keeps, unless a person decides otherwise. */
#define KEEPS(name_, capability_, effect_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_DIFFERS, .effect = effect_, .source = source_, \
	  .kept = true }
#define NOISE(name_, capability_, effect_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_NOISE, .effect = effect_, .source = source_, \
	  .anywhere = true }

#define MEMORY_ACCOUNTING "accounts memory"
#define MOUNTER "an overlay file system asks under the credentials that it was mounted with"
#define SET_ID_BITS "keeps the set-id bits of a file"
#define TRUSTED_ATTRIBUTES "lists attributes that begin with 'trusted.'"
#define ADDRESSES "shows the kernel's addresses, zeros else"
#define QUOTA "ignores the quota of the file system"
#define LOCKED_MEMORY "locks memory beyond its limit"
#define HARDENING "hardens the code that a filter is compiled to"
#define INHERITABLE "makes capabilities inheritable that are not permitted"
#define LABELS "shows a label that the loaded policy does not know"
#define FUSE_REQUESTS "a FUSE server may ask for more requests at a time"
#define MODULE "loads a kernel module for a device that is missing"
#define PIPES "pipes are large beyond the limit for one user"
#define SOCKET_MARKS "shows marks, filters and the like of sockets"

/* A name "f < g" is f where g called it; "f*" is every function that begins so. */
static const struct kernel_function function_rows[] = {
	DIFFERS("__do_sys_io_uring_setup", CAP_IPC_LOCK, LOCKED_MEMORY, "io_uring/io_uring.c"),
	FAILS("__do_sys_landlock_restrict_self", CAP_SYS_ADMIN, "security/landlock/syscalls.c"),
	FAILS("__do_sys_listmount", CAP_SYS_ADMIN, "fs/namespace.c"),
	FAILS("__do_sys_statmount", CAP_SYS_ADMIN, "fs/namespace.c"),
	DIFFERS("__inet_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/inet_diag.c"),
	IF_CHANGED("__sys_setgid", CAP_SETGID, "kernel/sys.c"),
	IF_CHANGED("__sys_setresgid", CAP_SETGID, "kernel/sys.c"),
	IF_CHANGED("__sys_setresuid", CAP_SETUID, "kernel/sys.c"),
	IF_CHANGED("__sys_setuid", CAP_SETUID, "kernel/sys.c"),
	DIFFERS("account_locked_vm", CAP_IPC_LOCK, LOCKED_MEMORY, "mm/util.c"),
	DIFFERS("alloc_pipe_info", CAP_SYS_ADMIN, PIPES, "fs/pipe.c"),
	DIFFERS("alloc_pipe_info", CAP_SYS_RESOURCE, PIPES, "fs/pipe.c"),
	DIFFERS("allow_file_dedupe", CAP_SYS_ADMIN, "may unite blocks of files that it may not write",
		"fs/remap_range.c"),
	NOISE("bpf_int_jit_compile", ANY, HARDENING, "arch/x86/net/bpf_jit_comp.c"),
	NOISE("bpf_jit_blind_constants", ANY, HARDENING, "kernel/bpf/core.c"),
	DIFFERS("cap_bprm_creds_from_file", CAP_SETUID,
		"a set-id program keeps its new ids while somebody traces it or shares its memory", "security/commoncap.c"),
	DIFFERS("cap_capset", CAP_SETPCAP, INHERITABLE, "security/commoncap.c"),
	DIFFERS("cap_inh_is_capped", CAP_SETPCAP, INHERITABLE, "security/commoncap.c"),
	NOISE("cap_vm_enough_memory", CAP_SYS_ADMIN, MEMORY_ACCOUNTING, "security/commoncap.c"),
	DIFFERS("ceph_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ceph/xattr.c"),
	KEEPS("chown_common", CAP_FSETID, SET_ID_BITS, "fs/open.c: setattr_should_drop_sgid()"),
	KEEPS("dentry_needs_remove_privs", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	DIFFERS("dev_load", CAP_NET_ADMIN, MODULE, "net/core/dev_ioctl.c"),
	DIFFERS("dev_load", CAP_SYS_MODULE, MODULE, "net/core/dev_ioctl.c"),
	NOISE("do_jit", ANY, HARDENING, "arch/x86/net/bpf_jit_comp.c"),
	FAILS("do_listmount", CAP_SYS_ADMIN, "fs/namespace.c"),
	FAILS("do_seccomp", CAP_SYS_ADMIN, "kernel/seccomp.c"),
	FAILS("do_statmount", CAP_SYS_ADMIN, "fs/namespace.c"),
	NOISE("do_task_stat", CAP_SYS_PTRACE,
		"shows the addresses of another process in /proc/PID/stat, zeros else", "fs/proc/array.c"),
	DIFFERS("dquot_add_inodes", CAP_SYS_RESOURCE, QUOTA, "fs/quota/dquot.c"),
	DIFFERS("dquot_add_space", CAP_SYS_RESOURCE, QUOTA, "fs/quota/dquot.c"),
	DIFFERS("drm_file_alloc", CAP_SYS_ADMIN, "is authenticated to the graphics card at once",
		"drivers/gpu/drm/drm_file.c"),
	DIFFERS("ea_list_i", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/gfs2/xattr.c"),
	DIFFERS("erofs_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/erofs/xattr.c"),
	DIFFERS("erofs_xattr_trusted_list", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/erofs/xattr.c"),
	DIFFERS("ext2_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ext2/xattr.c"),
	DIFFERS("ext2_xattr_trusted_list", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ext2/xattr_trusted.c"),
	DIFFERS("ext4_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ext4/xattr.c"),
	DIFFERS("ext4_xattr_list_entries", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ext4/xattr.c"),
	DIFFERS("ext4_xattr_trusted_list", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/ext4/xattr_trusted.c"),
	DIFFERS("f2fs_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/f2fs/xattr.c"),
	DIFFERS("f2fs_xattr_trusted_list", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/f2fs/xattr.c"),
	KEEPS("file_remove_privs", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	KEEPS("file_remove_privs_flags", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	DIFFERS("fuse_*", CAP_FSETID, "the file system keeps a file's set-id bits, if it has some",
		"fs/fuse: FUSE_WRITE_KILL_SUIDGID and the like"),
	FAILS("generic_permission", ANY, "fs/namei.c"),
	FAILS("generic_permission < ovl_permission", ANY, "fs/overlayfs/inode.c: before it overrides"),
	DIFFERS("has_cap_mac_admin", CAP_MAC_ADMIN, LABELS, "security/selinux/hooks.c"),
	DIFFERS("hfsplus_listxattr", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/hfsplus/xattr.c"),
	DIFFERS("ignore_hardlimit", CAP_SYS_RESOURCE, QUOTA, "fs/quota/dquot.c"),
	NOISE("ima_match_rules", ANY, "measures files by rules about who opens them",
		"security/integrity/ima/ima_policy.c"),
	KEEPS("in_group_or_capable", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	DIFFERS("inet_diag_cmd_exact", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/inet_diag.c"),
	DIFFERS("inet_diag_dump_icsk", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/inet_diag.c"),
	DIFFERS("inet_diag_dump_one_icsk", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/inet_diag.c"),
	KEEPS("inode_init_owner", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	DIFFERS("io_uring_create", CAP_IPC_LOCK, LOCKED_MEMORY, "io_uring/io_uring.c"),
	DIFFERS("io_uring_setup", CAP_IPC_LOCK, LOCKED_MEMORY, "io_uring/io_uring.c"),
	DIFFERS("kallsyms_show_value", CAP_SYSLOG, ADDRESSES, "kernel/kallsyms.c"),
	DIFFERS("mm_account_pinned_pages", CAP_IPC_LOCK, LOCKED_MEMORY, "net/core/skbuff.c"),
	KEEPS("mode_strip_sgid", CAP_FSETID, SET_ID_BITS, "fs/inode.c"),
	DIFFERS("mptcp_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/mptcp/mptcp_diag.c"),
	DIFFERS("mptcp_diag_dump_one", CAP_NET_ADMIN, SOCKET_MARKS, "net/mptcp/mptcp_diag.c"),
	DIFFERS("net_ctl_permissions", CAP_NET_ADMIN,
		"whoever is not root may write settings in /proc/sys/net", "net/sysctl_net.c"),
	KEEPS("notify_change", CAP_FSETID, SET_ID_BITS, "fs/attr.c: setattr_should_drop_suidgid()"),
	NOISE("ovl_*", ANY, MOUNTER, "fs/overlayfs/util.c: ovl_override_creds()"),
	FAILS("ovl_posix_acl_xattr_set", CAP_FOWNER, "fs/overlayfs/super.c: before it overrides", .anywhere = true),
	FAILS("ovl_set_acl", CAP_FOWNER, "fs/overlayfs/inode.c: before it overrides", .anywhere = true),
	DIFFERS("packet_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/packet/diag.c"),
	DIFFERS("pagemap_read", CAP_SYS_ADMIN, "shows page frame numbers", "fs/proc/task_mmu.c"),
	DIFFERS("perf_check_permission", ANY, "counts events of other users' processes",
		"kernel/events/core.c"),
	DIFFERS("posix_acl_update_mode", CAP_FSETID,
		"keeps the set-group-id bit of a file whose ACL is set, if it has one", "fs/posix_acl.c"),
	FAILS("prctl_set_seccomp", CAP_SYS_ADMIN, "kernel/seccomp.c"),
	NOISE("proc_pid_wchan", CAP_SYS_PTRACE, "shows where another process waits, 0 else",
		"fs/proc/base.c"),
	DIFFERS("process_init_limits", CAP_SYS_ADMIN, FUSE_REQUESTS, "fs/fuse/inode.c"),
	DIFFERS("process_init_reply", CAP_SYS_ADMIN, FUSE_REQUESTS, "fs/fuse/inode.c"),
	NOISE("ptracer_capable", CAP_SYS_PTRACE, "asks about whoever traces the program",
		"kernel/capability.c"),
	DIFFERS("r_show", CAP_SYS_ADMIN, ADDRESSES, "kernel/resource.c: /proc/iomem"),
	DIFFERS("raw_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/raw_diag.c"),
	DIFFERS("raw_diag_dump_one", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/raw_diag.c"),
	DIFFERS("restricted_pointer", CAP_SYSLOG, ADDRESSES, "lib/vsprintf.c"),
	DIFFERS("sctp_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/sctp/diag.c"),
	DIFFERS("sctp_diag_dump_one", CAP_NET_ADMIN, SOCKET_MARKS, "net/sctp/diag.c"),
	FAILS("seccomp_prepare_filter", CAP_SYS_ADMIN, "kernel/seccomp.c"),
	FAILS("seccomp_prepare_user_filter", CAP_SYS_ADMIN, "kernel/seccomp.c"),
	FAILS("seccomp_set_mode_filter", CAP_SYS_ADMIN, "kernel/seccomp.c"),
	NOISE("security_vm_enough_memory_mm", CAP_SYS_ADMIN, MEMORY_ACCOUNTING, "security/security.c"),
	DIFFERS("selinux_inode_getsecurity", CAP_MAC_ADMIN, LABELS, "security/selinux/hooks.c"),
	DIFFERS("set_permissions", CAP_SYS_RESOURCE, "may write limits in /proc/sys/user", "kernel/ucount.c"),
	FAILS("setattr_prepare", ANY, "fs/attr.c"),
	KEEPS("setattr_prepare", CAP_FSETID, SET_ID_BITS, "fs/attr.c"),
	FAILS("setattr_prepare < ovl_setattr", ANY, "fs/overlayfs/inode.c: before it overrides"),
	KEEPS("setattr_prepare < ovl_setattr", CAP_FSETID, SET_ID_BITS, "fs/overlayfs/inode.c"),
	KEEPS("setattr_should_drop_sgid", CAP_FSETID, SET_ID_BITS, "fs/attr.c"),
	KEEPS("setattr_should_drop_suidgid", CAP_FSETID, SET_ID_BITS, "fs/attr.c"),
	KEEPS("should_remove_suid", CAP_FSETID, SET_ID_BITS, "fs/inode.c, up to Linux 6.0"),
	DIFFERS("simple_xattr_list", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/xattr.c"),
	DIFFERS("tcp_diag_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/tcp_diag.c"),
	DIFFERS("tcp_diag_dump_one", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/tcp_diag.c"),
	DIFFERS("uart_port_startup", CAP_SYS_ADMIN, "a serial port without hardware can be opened",
		"drivers/tty/serial/serial_core.c"),
	DIFFERS("udp_dump", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/udp_diag.c"),
	DIFFERS("udp_dump_one", CAP_NET_ADMIN, SOCKET_MARKS, "net/ipv4/udp_diag.c"),
	DIFFERS("xfs_fileattr_set", CAP_FOWNER, QUOTA, "fs/xfs/xfs_ioctl.c"),
	DIFFERS("xfs_getfsmap", CAP_SYS_ADMIN, "shows whose the blocks of a file system are",
		"fs/xfs/xfs_fsmap.c"),
	DIFFERS("xfs_ioctl_setattr_get_trans", CAP_FOWNER, QUOTA, "fs/xfs/xfs_ioctl.c"),
	DIFFERS("xfs_setattr_nonsize", CAP_FOWNER, QUOTA, "fs/xfs/xfs_iops.c"),
	DIFFERS("xfs_xattr_put_listent", CAP_SYS_ADMIN, TRUSTED_ATTRIBUTES, "fs/xfs/xfs_xattr.c"),
};

/* "setattr_prepare.isra.0" and the like are that function still; in an asker a blank follows. */
static size_t name_length(const char *name)
{
	return strcspn(name, ". ");
}

static bool is_named(const char *frame, size_t length, const char *name, size_t name_length)
{
	if (name_length && name[name_length - 1] == '*')
		return length >= name_length - 1 && memcmp(frame, name, name_length - 1) == 0;
	return length == name_length && memcmp(frame, name, length) == 0;
}

static bool is_one_of(const char *frame, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_named(frame, name_length(frame), names[i], strlen(names[i])))
			return true;
	return false;
}

/* Does the row's name, one function or two, fit the stack from here outwards? */
static bool fits(const struct kernel_function *row, const char *const *stack, size_t depth)
{
	const char *caller = strstr(row->name, SEPARATOR);
	size_t length = caller ? (size_t)(caller - row->name) : strlen(row->name);

	if (!is_named(stack[0], name_length(stack[0]), row->name, length))
		return false;
	if (!caller)
		return true;
	caller += strlen(SEPARATOR);
	return depth > 1 && is_named(stack[1], name_length(stack[1]), caller, strlen(caller));
}

static bool speaks_of(const struct kernel_function *row, int capability)
{
	return row->capability == CAPABILITY_ANY || row->capability == capability;
}

/* In the order in which they are tried. */
enum row_class {
	ROW_OF_CALLER,
	ROW_ANYWHERE,
	ROW_OF_FUNCTION,
};

static enum row_class class_of(const struct kernel_function *row)
{
	if (strstr(row->name, SEPARATOR))
		return ROW_OF_CALLER;
	return row->anywhere ? ROW_ANYWHERE : ROW_OF_FUNCTION;
}

/* Of two rows that fit the one that names the capability decides. */
static const struct kernel_function *find_row(const char *const *stack, size_t depth, int capability, enum row_class class)
{
	const struct kernel_function *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(function_rows); i++) {
		const struct kernel_function *row = &function_rows[i];

		if (class_of(row) == class && speaks_of(row, capability) && fits(row, stack, depth) &&
		    (!found || found->capability == CAPABILITY_ANY))
			found = row;
	}
	return found;
}

/* Which frame decides, and by which row: the innermost of the first class that knows one. */
static const struct kernel_function *decide(const char *const *stack, size_t depth, int capability, size_t *ret_at)
{
	const struct kernel_function *row;

	for (int class = ROW_OF_CALLER; class <= ROW_OF_FUNCTION; class++)
		for (size_t i = 0; i < depth && (i < NEAR || class == ROW_ANYWHERE); i++) {
			row = find_row(stack + i, depth - i, capability, class);
			*ret_at = i;
			if (row)
				return row;
		}
	return NULL;
}

static void put_name(struct text *out, const char *frame)
{
	text_add(out, frame, name_length(frame));
}

void kernel_function_that_asked(struct text *out, const char *const *stack, size_t depth, int capability)
{
	size_t inner = 0, outer, at;

	while (inner < depth && is_one_of(stack[inner], ways_to_ask, ARRAY_SIZE(ways_to_ask)))
		inner++;
	for (outer = inner; outer < depth && !is_one_of(stack[outer], entries, ARRAY_SIZE(entries)); )
		outer++;
	stack += inner;
	depth = outer - inner;
	if (decide(stack, depth, capability, &at)) {
		put_name(out, stack[at]);
		return;
	}
	for (size_t i = 0; i < depth && i < NEAR; i++) {
		text_puts(out, i ? SEPARATOR : "");
		put_name(out, stack[i]);
	}
}

/* The functions of an asker, each followed by a blank or the end. */
static size_t split(const char *asker, const char *frames[static NEAR])
{
	size_t depth = 0;

	while (asker && depth < NEAR) {
		frames[depth++] = asker;
		asker = strstr(asker, SEPARATOR);
		asker = asker ? asker + strlen(SEPARATOR) : NULL;
	}
	return depth;
}

const struct kernel_function *kernel_function_of(const char *asker, int capability)
{
	const char *frames[NEAR];
	size_t depth = split(asker, frames), at;

	return decide(frames, depth, capability, &at);
}

bool kernel_function_asks(const char *asker, const char *function)
{
	const char *frames[NEAR];
	size_t depth = split(asker, frames);

	for (size_t i = 0; i < depth; i++)
		if (is_named(frames[i], name_length(frames[i]), function, strlen(function)))
			return true;
	return false;
}

static const char *call_of(const char *function)
{
	for (size_t i = 0; i < ARRAY_SIZE(call_names); i++)
		if (strcmp(function, call_names[i].function) == 0)
			return call_names[i].call;
	return function;
}

const char *kernel_function_call(const char *const *stack, size_t depth)
{
	for (size_t frame = depth; frame-- > 0; ) {
		if (strncmp(stack[frame], "__ia32_", strlen("__ia32_")) == 0)
			return NULL;
		for (size_t i = 0; i < ARRAY_SIZE(call_prefixes); i++)
			if (strncmp(stack[frame], call_prefixes[i], strlen(call_prefixes[i])) == 0)
				return call_of(stack[frame] + strlen(call_prefixes[i]));
	}
	return NULL;
}

const struct kernel_function *kernel_function_at(size_t index)
{
	return index < ARRAY_SIZE(function_rows) ? &function_rows[index] : NULL;
}
