/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Change one value of a JSON text, and not a byte of the rest.
 *
 * Files of others hold what no JSON library here gives back as it was: numbers of 64 bits without a sign, an order, a
 * layout. So nothing is printed anew: the text is checked against RFC 8259 as a whole, the range of bytes of one value
 * is found, and only that is replaced.
 *
 *	static const char *const path[] = { "linux", "seccomp", NULL };
 *	json_edit_set(&config, path, profile, &err);
 *
 * What readers could understand in two ways is refused: a name that stands twice in an object on the path, and a
 * name that some readers take for one of the path's and others do not (Go's ignores case). Pure.
 */
#ifndef SNUG_JSON_EDIT_H
#define SNUG_JSON_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/error.h"
#include "snug/text.h"

#define JSON_EDIT_DEPTH_MAX 256		/* arrays and objects within each other */

/* Bytes [start, end) of a text. */
struct json_span {
	size_t start, end;
};

/* Where the value is that `path` (names of members, then NULL) leads to from the outermost object. Returns 1, 0 when it is
 * not there, -EINVAL for what is not JSON or is refused. An empty path is the outermost value itself. */
int json_edit_find(const char *json, size_t length, const char *const *path, struct json_span *ret, struct error *err);

/* Puts `value`, JSON itself, there; adds the member, and objects on the way, where they are missing or null. */
int json_edit_set(struct text *json, const char *const *path, const char *value, struct error *err);

/* Takes the member out. Returns 1, 0 when it was not there. The path is not empty. */
int json_edit_remove(struct text *json, const char *const *path, struct error *err);

/* Appends `s` as a JSON string. Bytes that are no UTF-8 stand as they are: JSON has no word for them. */
void json_edit_quote(struct text *out, const char *s);

#endif
