/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the flags of mount(2), as AppArmor's grammar and the options of mount(8) have them. */
#ifndef SNUG_MOUNT_FLAG_H
#define SNUG_MOUNT_FLAG_H

#include <stddef.h>
#include <stdint.h>

struct mount_flag {
	uint64_t flag;		/* one bit, or one bit and MS_REC, which make a word of their own */
	const char *word;
};

const struct mount_flag *mount_flag_at(size_t index);		/* NULL past the last row; those with MS_REC come first */
const struct mount_flag *mount_flag_find(const char *word);	/* NULL when unknown */

#endif
