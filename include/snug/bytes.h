/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File names are bytes, JSON strings are UTF-8: the reversible way between.
 *
 * Valid UTF-8 stands as it is. A backslash becomes "\\"; a NUL, and every
 * byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no
 * overlong forms), becomes "\xHH". So each run of bytes has exactly one
 * escaped form, and each escaped form exactly one meaning.
 */
#ifndef SNUG_BYTES_H
#define SNUG_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/text.h"

void bytes_escape(struct text *out, const void *bytes, size_t length);

/* Returns 0, or -EINVAL for a lone backslash or an unknown escape; `out` is then as it was. */
int bytes_unescape(struct text *out, const char *escaped);

/* Length of the UTF-8 sequence at `p` (1 to 4), or 0 when none is valid there. */
size_t utf8_length(const void *p, size_t available);

/* For eyes, on a terminal or in a document: what could steer a terminal or turn the order of letters around (controls,
 * bidirectional marks), and what is no UTF-8, becomes "\xHH"; all else, a backslash too, stands as it is. */
void bytes_printable(struct text *out, const void *bytes, size_t length);

#endif
