/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCI bundle says of its container.
 *
 * The bundle is the folder that the engine made for the runtime; its config.json (runtime-spec, config.md and
 * config-linux.md) is what the runtime does. It may be unreadable or gone: of a rootless engine, in another mount
 * namespace, of a container that has ended. What is not known then stays unset, and nobody guesses it.
 *
 *	bundle_read() → … → bundle_done()
 */
#ifndef SNUG_BUNDLE_H
#define SNUG_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/error.h"
#include "snug/string_set.h"
#include "snug/text.h"

#define BUNDLE_CONFIG_MAX ((size_t)16 << 20)	/* bytes of config.json; Docker's has some 30,000 */

/* Three answers to a question of yes or no. Zeroed memory is the third. */
enum known_truth {
	NOT_KNOWN,
	KNOWN_FALSE,
	KNOWN_TRUE,
};

/* The sets of capabilities(7), bit N = capability N. A name that no table has is passed over. */
struct bundle_capabilities {
	bool known;		/* else all are 0 */
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct bundle_mount {
	char *target;		/* as the container sees it */
	char *type;		/* "bind", "tmpfs", … */
	bool read_only;
};

struct bundle_annotation {
	char *key, *value;
};

/* All strings are owned; NULL, an empty text or a count of 0 is: not said. */
struct bundle {
	char *user;			/* numeric "uid:gid" of the first process */
	struct text command;		/* its arguments, each followed by NUL */
	struct bundle_capabilities capabilities;
	enum known_truth no_new_privs;
	enum known_truth read_only_root;
	enum known_truth has_seccomp;	/* a filter is asked for */
	char *apparmor_profile;
	struct bundle_mount *mounts;	/* in the order in which they are made */
	size_t mount_count;
	struct bundle_annotation *annotations;	/* sorted by key */
	size_t annotation_count;
};

/* Reads config.json in `folder`. -ENOENT, -EACCES …: it cannot be read from here; `*ret` is then all unset. */
int bundle_read(struct bundle *ret, const char *folder, struct error *err);

/* The pure half. -EINVAL for what is no JSON object; a key of another type than the specification's is not said. */
int bundle_parse(struct bundle *ret, const char *json, size_t length, struct error *err);

const char *bundle_annotation(const struct bundle *bundle, const char *key);	/* borrowed; NULL = none */
void bundle_done(struct bundle *bundle);

#endif
