/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a, 64 bits (RFC 9923): each step is reversible, so that one byte that differs shows in the end. */
#include "snug/digest.h"

#define FNV_OFFSET 0xcbf29ce484222325u
#define FNV_PRIME 0x00000100000001b3u

uint64_t digest_of(const void *bytes, size_t length)
{
	const unsigned char *p = bytes;
	uint64_t digest = FNV_OFFSET;

	for (size_t i = 0; i < length; i++)
		digest = (digest ^ p[i]) * FNV_PRIME;
	return digest;
}
