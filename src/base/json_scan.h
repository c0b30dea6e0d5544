/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over a JSON text without making anything of it: RFC 8259 is checked once, then the members of objects are told. */
#ifndef SNUG_BASE_JSON_SCAN_H
#define SNUG_BASE_JSON_SCAN_H

#include "snug/json_edit.h"

struct json_member {
	struct json_span name;		/* with its quotes */
	struct json_span value;
};

/* Checks the whole text; `*ret` is its value, without the white space around. Returns 0 or -EINVAL. */
int json_scan(const char *json, size_t length, struct json_span *ret, struct error *err);

/* The next member of an object in a text that was checked; `*at` begins as 0. */
bool json_scan_member(const char *json, struct json_span object, size_t *at, struct json_member *ret);

enum json_name_match {
	JSON_NAME_OTHER,
	JSON_NAME_SAME,		/* the same bytes */
	JSON_NAME_LIKE,		/* other bytes that a reader may take for the same: escapes, upper case */
};

/* `wanted` is ASCII that needs no escapes. */
enum json_name_match json_scan_match(const char *json, struct json_span name, const char *wanted);

#endif
