/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as text, value after value: what is written by the hundred thousand costs several times as much where it is a tree first.
 * The same bytes as jansson's json_dumps(JSON_COMPACT | JSON_SORT_KEYS), as long as the caller puts keys in their order (strcmp).
 *
 *	text_putc(&out, '{');
 *	json_put_key(&out, "path");
 *	json_put_bytes(&out, path);
 *	text_putc(&out, '}');
 */
#ifndef SNUG_JSON_WRITE_H
#define SNUG_JSON_WRITE_H

#include <stdint.h>

#include "snug/string_set.h"
#include "snug/text.h"

/* A comma, unless it is the first of its object or array. */
void json_put_next(struct text *out);

void json_put_key(struct text *out, const char *key);	/* with its comma and colon; a word, nothing in it needs an escape */
void json_put_word(struct text *out, const char *word);	/* a string in which nothing needs an escape */
void json_put_bytes(struct text *out, const char *bytes);	/* a string of any bytes, see bytes.h */
void json_put_decimal(struct text *out, uint64_t value);	/* digits in a string */
void json_put_set(struct text *out, const struct string_set *set);	/* an array of bytes */

#endif
