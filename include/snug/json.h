/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small steps between JSON and our own types, on top of jansson.
 *
 * Strings go through bytes.h, so that any bytes survive. Numbers of 64 bits are decimal digits in
 * a string: JSON's own numbers lose them in most readers. Readers name the key in their message; the caller
 * wraps it with where that key stood.
 *
 *	auto_json json_t *value = json_take(object, "name");
 */
#ifndef SNUG_JSON_H
#define SNUG_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "snug/cleanup.h"
#include "snug/error.h"

static inline void json_release(json_t **json)
{
	json_decref(*json);
}

#define auto_json CLEANUP(json_release)

#define DECIMAL_DIGITS 20	/* of UINT64_MAX */

/* Constructors; owned by the caller, never NULL. */
json_t *json_new_object(void);
json_t *json_new_array(void);
json_t *json_from_bytes(const char *bytes);
json_t *json_from_decimal(uint64_t value);

/* Both take ownership of `value`. */
void json_set_key(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);

/* Takes `key` out of `object`: what is left in the end is unknown. Owned by the caller, NULL when not there. */
json_t *json_take(json_t *object, const char *key);

enum json_string_flag {
	JSON_STRING_PATH = 1 << 0,	/* absolute */
	JSON_STRING_WORD = 1 << 1,	/* at least one of letters, digits and "_-.:#+", nothing else */
};

/* `*ret` is owned by the caller; no NUL can be in it. */
int json_to_bytes(const char *key, const json_t *value, unsigned int flags, char **ret, struct error *err);
/* Digits without leading zeros only, so that a number has one spelling. */
int json_to_decimal(const char *key, const json_t *value, uint64_t *ret, struct error *err);
bool json_is_word(const char *s);

/* The messages that all readers share; each returns -EINVAL. */
int json_wrong_type(const char *key, const char *wanted, struct error *err);	/* "'KEY' is not WANTED" */
int json_missing(const char *key, struct error *err);
int json_unknown_word(const char *key, const char *word, struct error *err);
int json_unknown_keys(json_t *object, struct error *err);	/* 0 when the object is empty */

#endif
