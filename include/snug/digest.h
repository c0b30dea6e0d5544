/* SPDX-License-Identifier: Apache-2.0 */
/* A number for some bytes, to tell whether they are still the same. It finds every change of one byte and, but for one in 2^64,
 * any other; it is no defence against somebody who wants two texts to have one number. */
#ifndef SNUG_DIGEST_H
#define SNUG_DIGEST_H

#include <stddef.h>
#include <stdint.h>

uint64_t digest_of(const void *bytes, size_t length);

#endif
