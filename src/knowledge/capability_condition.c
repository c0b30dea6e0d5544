/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of the table of inferences; see capability_condition.h. */
#include "knowledge/capability_condition.h"

#include <linux/netlink.h>
#include <linux/posix_acl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define UNCHANGED UINT32_MAX
#define ASKED_BY_NAME_MAX 8	/* capabilities */

static bool in_group(const struct credentials *who, uint32_t gid)
{
	for (size_t i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return true;
	return who->gid[CREDENTIAL_FILE] == gid;
}

enum acl_answer {
	ACL_ALLOWS,
	ACL_REFUSES,
	ACL_SAYS_NOTHING,
};

static enum acl_answer answer_of(uint32_t permissions, uint32_t want)
{
	return (permissions & want) == want ? ACL_ALLOWS : ACL_REFUSES;
}

/* posix_acl_permission(), fs/posix_acl.c: the caller's own entry decides, else any of its groups' entries that allows it all; both
 * under the mask, which is the group's bits of the mode (posix_acl_update_mode()). */
static enum acl_answer ask_acl(const struct credentials *who, const struct inference_file *file, uint32_t want)
{
	uint32_t mask = file->mode >> 3;
	bool in_any = false;

	if (file->acl.count > ACL_ENTRIES_MAX)
		return ACL_REFUSES;	/* not known: a capability that is listed without need breaks nothing */
	for (size_t i = 0; i < file->acl.count; i++) {
		const struct acl_entry *entry = &file->acl.entries[i];

		if (entry->tag == ACL_USER && entry->id == who->uid[CREDENTIAL_FILE])
			return answer_of(entry->permissions & mask, want);
		if ((entry->tag == ACL_GROUP_OBJ && in_group(who, file->gid)) ||
		    (entry->tag == ACL_GROUP && in_group(who, entry->id))) {
			in_any = true;
			if (answer_of(entry->permissions, want) == ACL_ALLOWS)
				return answer_of(mask, want);
		}
	}
	if (in_any)
		return ACL_REFUSES;
	return file->acl.count ? answer_of(file->mode, want) : ACL_SAYS_NOTHING;
}

/* acl_permission_check(), fs/namei.c: the first class that fits decides, even against the caller; no ACL says anything of
 * the owner, or of a file whose group may do nothing. */
bool file_allows(const struct credentials *who, const struct inference_file *file, uint32_t want)
{
	uint32_t mode = file->mode;
	enum acl_answer answer;

	if (who->uid[CREDENTIAL_FILE] == file->uid)
		return (mode >> 6 & want) == want;
	answer = mode & S_IRWXG ? ask_acl(who, file, want) : ACL_SAYS_NOTHING;
	if (answer != ACL_SAYS_NOTHING)
		return answer == ACL_ALLOWS;
	if (in_group(who, file->gid))
		mode >>= 3;
	return (mode & want) == want;
}

static bool owns(const struct inference_facts *facts, const struct inference_file *file)
{
	return facts->caller->uid[CREDENTIAL_FILE] == file->uid;
}

bool file_is_another_users(const struct inference_facts *facts)
{
	return facts->file && !owns(facts, facts->file);
}

/* chown_ok(), chgrp_ok(), fs/attr.c */
bool changes_owner(const struct inference_facts *facts)
{
	uint32_t uid = facts->ids[0], gid = facts->ids[1];

	if (!facts->file)
		return false;
	if (uid != UNCHANGED && !(owns(facts, facts->file) && uid == facts->file->uid))
		return true;
	return gid != UNCHANGED &&
	       !(owns(facts, facts->file) && (gid == facts->file->gid || in_group(facts->caller, gid)));
}

/* check_sticky(), include/linux/fs.h */
bool takes_from_sticky_folder(const struct inference_facts *facts)
{
	return facts->file && facts->parent && (facts->parent->mode & S_ISVTX) && !owns(facts, facts->file) &&
	       !owns(facts, facts->parent);
}

/* setattr_prepare(), fs/attr.c: without it the bit is dropped and the call succeeds */
bool keeps_set_group_id(const struct inference_facts *facts)
{
	return facts->file && !in_group(facts->caller, facts->file->gid);
}

/* setattr_prepare(), fs/attr.c: without times it is the present, which whoever may write may set. */
bool sets_times_of_others(const struct inference_facts *facts)
{
	return facts->args[1] && file_is_another_users(facts);
}

bool sets_times_of_others_at(const struct inference_facts *facts)
{
	return facts->args[2] && file_is_another_users(facts);
}

/* safe_hardlink_source(), fs/namei.c, with fs.protected_hardlinks as every distribution has it */
bool links_to_unsafe_file(const struct inference_facts *facts)
{
	return file_is_another_users(facts) &&
	       (!S_ISREG(facts->file->mode) || (facts->file->mode & S_ISUID) ||
		!file_allows(facts->caller, facts->file, 6));
}

/* Is an id asked for that is not among those of the caller that `which` (bits of enum credential) names? */
static bool asks_for_other(const struct inference_facts *facts, const uint32_t own[4], size_t index,
			   uint32_t which)
{
	uint32_t id = facts->ids[index];

	if (id == UNCHANGED)
		return false;
	for (size_t i = 0; i < 4; i++)
		if ((which & 1u << i) && own[i] == id)
			return false;
	return true;
}

#define REAL (1u << CREDENTIAL_REAL)
#define EFFECTIVE (1u << CREDENTIAL_EFFECTIVE)
#define SAVED (1u << CREDENTIAL_SAVED)
#define OF_FILE (1u << CREDENTIAL_FILE)

/* __sys_setuid(), __sys_setreuid(), __sys_setresuid(), __sys_setfsuid(), and the same for groups: kernel/sys.c */
static bool sets_other(const struct inference_facts *facts, const uint32_t own[4])
{
	return asks_for_other(facts, own, 0, REAL | SAVED);
}

static bool sets_two_others(const struct inference_facts *facts, const uint32_t own[4])
{
	return asks_for_other(facts, own, 0, REAL | EFFECTIVE) ||
	       asks_for_other(facts, own, 1, REAL | EFFECTIVE | SAVED);
}

static bool sets_three_others(const struct inference_facts *facts, const uint32_t own[4])
{
	for (size_t i = 0; i < 3; i++)
		if (asks_for_other(facts, own, i, REAL | EFFECTIVE | SAVED))
			return true;
	return false;
}

bool sets_other_user(const struct inference_facts *facts)
{
	return sets_other(facts, facts->caller->uid);
}

bool sets_other_group(const struct inference_facts *facts)
{
	return sets_other(facts, facts->caller->gid);
}

bool sets_two_other_users(const struct inference_facts *facts)
{
	return sets_two_others(facts, facts->caller->uid);
}

bool sets_two_other_groups(const struct inference_facts *facts)
{
	return sets_two_others(facts, facts->caller->gid);
}

bool sets_three_other_users(const struct inference_facts *facts)
{
	return sets_three_others(facts, facts->caller->uid);
}

bool sets_three_other_groups(const struct inference_facts *facts)
{
	return sets_three_others(facts, facts->caller->gid);
}

bool sets_other_file_user(const struct inference_facts *facts)
{
	return asks_for_other(facts, facts->caller->uid, 0, REAL | EFFECTIVE | SAVED | OF_FILE);
}

bool sets_other_file_group(const struct inference_facts *facts)
{
	return asks_for_other(facts, facts->caller->gid, 0, REAL | EFFECTIVE | SAVED | OF_FILE);
}

/* kill_ok_by_cred(), kernel/signal.c */
bool target_is_another_users(const struct inference_facts *facts)
{
	const uint32_t *own = facts->caller->uid, *other = facts->target ? facts->target->uid : NULL;

	return other && own[CREDENTIAL_EFFECTIVE] != other[CREDENTIAL_SAVED] &&
	       own[CREDENTIAL_EFFECTIVE] != other[CREDENTIAL_REAL] &&
	       own[CREDENTIAL_REAL] != other[CREDENTIAL_SAVED] && own[CREDENTIAL_REAL] != other[CREDENTIAL_REAL];
}

/* __ptrace_may_access(), kernel/ptrace.c; cap_ptrace_access_check(), security/commoncap.c */
bool target_is_out_of_reach(const struct inference_facts *facts)
{
	const struct credentials *caller = facts->caller, *target = facts->target;

	if (!target)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (caller->uid[CREDENTIAL_REAL] != target->uid[i] ||
		    caller->gid[CREDENTIAL_REAL] != target->gid[i])
			return true;
	return target->permitted & ~caller->permitted;
}

/* check_same_owner(), kernel/sched/syscalls.c */
bool schedules_another_users(const struct inference_facts *facts)
{
	uint32_t own = facts->caller->uid[CREDENTIAL_EFFECTIVE];

	return facts->target && own != facts->target->uid[CREDENTIAL_EFFECTIVE] &&
	       own != facts->target->uid[CREDENTIAL_REAL];
}

/* inet_port_requires_bind_service(), include/net/ip.h */
bool binds_low_port(const struct inference_facts *facts)
{
	return (facts->family == AF_INET || facts->family == AF_INET6) && facts->port != 0 &&
	       facts->port < facts->first_free_port;
}

static bool starts_with(const char *name, const char *prefix)
{
	return name && strncmp(name, prefix, strlen(prefix)) == 0;
}

bool names_file_capabilities(const struct inference_facts *facts)
{
	return facts->name && strcmp(facts->name, "security.capability") == 0;
}

/* cap_inode_setxattr(), security/commoncap.c; xattr_permission(), fs/xattr.c */
bool names_guarded_attribute(const struct inference_facts *facts)
{
	return starts_with(facts->name, "trusted.") ||
	       (starts_with(facts->name, "security.") && !names_file_capabilities(facts));
}

bool asks_for_change(const struct inference_facts *facts)
{
	return facts->pointed[0] != 0;
}

#define FS_IMMUTABLE_FL 0x10u	/* include/uapi/linux/fs.h */
#define FS_APPEND_FL 0x20u

bool asks_for_immutable(const struct inference_facts *facts)
{
	return facts->pointed[0] & (FS_IMMUTABLE_FL | FS_APPEND_FL);
}

#define DEADLINE 6	/* SCHED_DEADLINE, include/uapi/linux/sched.h */

/* struct sched_attr begins with its size and the policy. */
bool asks_for_realtime(const struct inference_facts *facts)
{
	return facts->pointed[1] == SCHED_FIFO || facts->pointed[1] == SCHED_RR || facts->pointed[1] == DEADLINE;
}

bool raises_hard_limit(const struct inference_facts *facts)
{
	return facts->asked[1] > facts->limit[1];
}

/* can_do_mlock(), mm/mlock.c */
bool locks_beyond_limit(const struct inference_facts *facts)
{
	return facts->used + facts->args[1] > facts->limit[0];
}

bool locks_all_beyond_limit(const struct inference_facts *facts)
{
	return facts->asked[0] > facts->limit[0];
}

/* can_nice(), kernel/sched/syscalls.c */
bool lowers_nice(const struct inference_facts *facts)
{
	return (int)facts->args[2] < facts->nice;
}

/* audit_netlink_ok(), kernel/audit.c */
bool is_user_message(const struct inference_facts *facts)
{
	return facts->family == AF_NETLINK && facts->protocol == NETLINK_AUDIT &&
	       (facts->message == 1005 || (facts->message >= 1100 && facts->message <= 1199) ||
		(facts->message >= 2100 && facts->message <= 2999));
}

/* rtnetlink_rcv_msg(), net/core/rtnetlink.c: kinds are new, del, get, set; only get is free. */
bool changes_network(const struct inference_facts *facts)
{
	return facts->family == AF_NETLINK && facts->protocol == NETLINK_ROUTE && facts->message >= RTM_BASE &&
	       ((facts->message - RTM_BASE) & 3) != 2;
}

bool lacks_no_new_privs(const struct inference_facts *facts)
{
	return !facts->caller->no_new_privs;
}

/* A program that drops what it does not want keeps the long rest; one that needs some asks for these. */
bool asks_by_name(const struct inference_facts *facts)
{
	return __builtin_popcountll(facts->asked[0]) <= ASKED_BY_NAME_MAX;
}

/* Namespaces that are made or entered: CLONE_NEWUSER alone is free, and gives the capability for the others. */
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME)

bool makes_namespace(const struct inference_facts *facts)
{
	return (facts->args[0] & NAMESPACES) && !(facts->args[0] & CLONE_NEWUSER);
}

bool makes_namespace_by_struct(const struct inference_facts *facts)
{
	return (facts->pointed[0] & NAMESPACES) && !(facts->pointed[0] & CLONE_NEWUSER);
}
