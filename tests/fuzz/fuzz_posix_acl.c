/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an ACL. What is refused leaves none. What is accepted never speaks of a file whose group the mode allows
 * nothing, nor of its owner. */
#include "snug/capability_inference.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint32_t groups[] = { 100 };
	const struct credentials who = { .uid = { 7, 7, 7, 7 }, .gid = { 8, 8, 8, 8 }, .groups = groups, .group_count = 1 };
	struct inference_file plain = { .uid = 1, .gid = 100, .mode = size ? data[size - 1] | data[0] << 8 : 0 }, file = plain;
	bool is_acl = posix_acl_parse(&file.acl, data, size);

	promise(is_acl || file.acl.count == 0);
	promise(!is_acl || size == 4 + 8 * (size_t)file.acl.count);
	for (uint32_t want = 0; want < 8; want++) {
		promise(!file_allows(&who, &file, want) || file.acl.count || file_allows(&who, &plain, want));
		plain.mode &= ~070u;
		file.mode &= ~070u;
		promise(file_allows(&who, &file, want) == file_allows(&who, &plain, want));
		plain.uid = file.uid = 7;
		promise(file_allows(&who, &file, want) == file_allows(&who, &plain, want));
		plain.uid = file.uid = 1;
	}
	return 0;
}
