/* SPDX-License-Identifier: Apache-2.0 */
/* An access control list from its attribute; see posix_acl.h. */
#include "snug/posix_acl.h"

#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

bool posix_acl_parse(struct posix_acl *ret, const void *bytes, size_t length)
{
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entry;
	const char *at = bytes;
	size_t count;

	*ret = (struct posix_acl){ 0 };
	if (length < sizeof(header) || length > ACL_LENGTH_MAX || (length - sizeof(header)) % sizeof(entry))
		return false;
	memcpy(&header, at, sizeof(header));
	if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
		return false;
	count = (length - sizeof(header)) / sizeof(entry);
	ret->count = (uint32_t)count;
	for (size_t i = 0; i < count && i < ACL_ENTRIES_MAX; i++) {
		memcpy(&entry, at + sizeof(header) + i * sizeof(entry), sizeof(entry));
		ret->entries[i] = (struct acl_entry){
			le16toh(entry.e_tag), le16toh(entry.e_perm), le32toh(entry.e_id),
		};
	}
	return true;
}
