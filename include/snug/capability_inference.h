/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls need which capability, as far as arguments and credentials tell.
 *
 * For recorders that cannot see the kernel's own checks. A row says: this call, under this
 * condition, asks for that capability. The conditions are pure functions of the facts below; whoever records
 * fills in what a row needs, and nothing else is looked up.
 */
#ifndef SNUG_CAPABILITY_INFERENCE_H
#define SNUG_CAPABILITY_INFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	bool own_userns;		/* in another user namespace than the recorder */
};

struct inference_file {
	uint32_t uid, gid, mode;
};

/* What a row's condition looks at. A fact that `needs` does not ask for may be missing. */
enum inference_need {
	NEED_CALLER = 1 << 0,	/* `caller` */
	NEED_FILE = 1 << 1,	/* `file`, and where there is one `parent` */
	NEED_TARGET = 1 << 2,	/* `target`: credentials of the process that the first argument of the row names */
	NEED_ADDRESS = 1 << 3,	/* `port`, `raw_family` */
	NEED_SOCKET = 1 << 4,
};

struct inference_facts {
	const uint64_t *args;			/* six */
	const struct credentials *caller;	/* at the call's entry */
	const struct credentials *target;	/* NULL when it is the caller's own process or not to be seen */
	const struct inference_file *file, *parent;	/* NULL = not known */
	const uint32_t *ids;			/* ids that the call asks for, as the recorder's namespace has them */
	size_t id_count;
	int family;				/* of the address, -1 = none */
	unsigned int port;
	unsigned int first_free_port;		/* net.ipv4.ip_unprivileged_port_start */
	const uint64_t *limit;			/* of the resource at issue: soft, hard; NULL = not known */
	bool search_refused;			/* the mode bits of a folder on the way refuse the caller */
	bool file_refused;			/* those of the file itself, or of the folder for a new name, do */
	bool write_refused;			/* and it was writing, not reading, that they refuse */
};

/* Do the permission bits alone allow it? `want` is a set of 4 (read), 2 (write), 1 (execute, search). */
bool mode_allows(const struct credentials *who, const struct inference_file *file, uint32_t want);

#endif
