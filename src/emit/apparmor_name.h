/* SPDX-License-Identifier: Apache-2.0 */
/* Names in AppArmor's language: written so that they mean themselves, and read as patterns. */
#ifndef SNUG_EMIT_APPARMOR_NAME_H
#define SNUG_EMIT_APPARMOR_NAME_H

#include <stdbool.h>

#include "snug/policy.h"

/* Appends the pattern, with `suffix` (already in AppArmor's language) behind it, in quotes where it needs them. */
void apparmor_add_pattern(struct text *out, const struct pattern_piece *pieces, size_t count, const char *suffix);

/* The same for bytes that mean nothing but themselves. */
void apparmor_add_literal(struct text *out, const char *bytes, const char *suffix);

/* Can it stand for a profile's name as it is? */
bool apparmor_is_plain_name(const char *name);

/* Does AppArmor's pattern of `length` bytes match the whole of `path`? Knows what our template uses:
 * ? * ** [...] [^...] {a,b}; no backslash. */
bool apparmor_match(const char *pattern, size_t length, const char *path);

#endif
