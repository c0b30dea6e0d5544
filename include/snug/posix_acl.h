/* SPDX-License-Identifier: Apache-2.0 */
/* A POSIX access control list, as the kernel hands it out in the attribute `system.posix_acl_access`; acl(5). */
#ifndef SNUG_POSIX_ACL_H
#define SNUG_POSIX_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACL_ENTRIES_MAX 16
#define ACL_LENGTH_MAX (4 + 8 * 1024)	/* bytes: more than any local file system keeps */

struct acl_entry {
	uint16_t tag;		/* ACL_USER and the like, linux/posix_acl.h */
	uint16_t permissions;	/* set of 4, 2, 1 */
	uint32_t id;		/* of the user or group that the tag speaks of, in the reader's user namespace */
};

/* Plain data: kept by value and compared by its bytes. */
struct posix_acl {
	uint32_t count;		/* 0 = none; above ACL_ENTRIES_MAX: there is one, too long to be kept */
	struct acl_entry entries[ACL_ENTRIES_MAX];
};

/* Returns false and leaves none in `ret` where that is no ACL. */
bool posix_acl_parse(struct posix_acl *ret, const void *bytes, size_t length);

#endif
