/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls need which capability, as far as arguments and credentials tell.
 *
 * For recorders that cannot see the kernel's own checks. A row says: this call, under this
 * condition, asks for that capability. The conditions are pure functions of the facts below; whoever records
 * finds the facts that a row needs, and nothing else is looked up.
 */
#ifndef SNUG_CAPABILITY_INFERENCE_H
#define SNUG_CAPABILITY_INFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/arch.h"
#include "snug/posix_acl.h"
#include "snug/syscall_access.h"

enum credential {
	CREDENTIAL_REAL,
	CREDENTIAL_EFFECTIVE,
	CREDENTIAL_SAVED,
	CREDENTIAL_FILE,	/* for accesses to files */
};

/* Ids are those of the recorder's user namespace. */
struct credentials {
	uint32_t uid[4], gid[4];	/* by enum credential, the order of proc(5) */
	uint32_t *groups;		/* owned by whoever made the struct */
	size_t group_count;
	uint64_t effective, permitted, inheritable, bounding;	/* sets of 1 << CAP_* */
	bool no_new_privs;
	bool own_userns;		/* in another user namespace than the recorder */
};

struct inference_file {
	uint32_t uid, gid, mode;
	struct posix_acl acl;	/* that grants access to it; none where nobody looked */
};

/* What a condition looks at besides the arguments and the caller, and what the row's `arg` columns then are. */
enum inference_need {
	NEED_NOTHING,
	NEED_FILE,	/* file, parent: what the call's first path or descriptor names */
	NEED_OWNER,	/* file and ids: an owner and a group, NO_ARGUMENT where there is none */
	NEED_UIDS,	/* ids: up to three user ids */
	NEED_GIDS,	/* ids: up to three group ids */
	NEED_TARGET,	/* target: a process, thread or 0 */
	NEED_TARGET_PIDFD,	/* target: a descriptor of a process */
	NEED_ADDRESS,	/* family, port: a sockaddr, its length */
	NEED_NAME,	/* name: a string */
	NEED_POINTED,	/* pointed: where two 32-bit numbers stand */
	NEED_LIMIT,	/* limit, asked: the number of a limit; where two words stand */
	NEED_LIMIT64,	/* the same: two numbers of 64 bits on every ABI */
	NEED_MEMORY,	/* limit, used, asked[0]: the limit of locked memory, how much is locked, how much there is */
	NEED_NICE,	/* nice: a process, 0 = the caller */
	NEED_MESSAGE,	/* family, protocol, message: a socket, a buffer, a sockaddr */
	NEED_MESSAGE_HEADER,	/* the same: a socket; a struct msghdr */
	NEED_SETS,	/* asked: where the sets of capset(2) stand */
	NEED_MAX_,
};

struct inference_facts {
	const uint64_t *args;			/* six */
	const struct credentials *caller;	/* at the call's entry */
	const struct credentials *target;	/* NULL: the caller's own process, or not to be seen */
	const struct inference_file *file, *parent;	/* NULL = not known, or there is none */
	uint32_t ids[3];			/* UINT32_MAX = left as it is */
	int family, protocol;			/* -1 = not known */
	unsigned int port, first_free_port;	/* the latter: net.ipv4.ip_unprivileged_port_start */
	unsigned int message;			/* nlmsg_type */
	const char *name;			/* NULL = cannot be read */
	uint32_t pointed[2];
	uint64_t limit[2], asked[2];		/* soft, hard; of capset: permitted */
	uint64_t used;				/* bytes */
	int nice;
};

#define CAPABILITY_EACH_ASKED (-1)	/* every capability of facts.asked[0] */

struct capability_inference {
	const char *syscall;
	int capability;			/* CAP_* */
	const char *reason;		/* words for the trace: what was done */
	const char *source;
	struct condition when[2];	/* cheap: as in struct syscall_access */
	enum inference_need need;
	signed char arg[3];
	bool (*holds)(const struct inference_facts *facts);	/* NULL = whenever `when` does */
	bool narrow;			/* ids have 16 bits on the ABIs of inference_ids_are_narrow() */
};

/* The rows of one call: the first of them and in `*ret_count` how many; NULL when there are none. */
const struct capability_inference *capability_inference_find(const char *syscall, size_t *ret_count);

/* The `index`-th row of the table, sorted by call; NULL past the last. */
const struct capability_inference *capability_inference_at(size_t index);

/* Do the cheap conditions of a row hold? */
bool capability_inference_may_hold(const struct capability_inference *row, const uint64_t args[6]);

bool inference_ids_are_narrow(const struct arch *abi);

/* Do the permission bits and the ACL allow it, without any capability? `want` is a set of 4 (read), 2 (write),
 * 1 (execute, search). */
bool file_allows(const struct credentials *who, const struct inference_file *file, uint32_t want);

#endif
