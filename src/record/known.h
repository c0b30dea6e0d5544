/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known already: a bounded memory of keys, each with a set of bits.
 *
 * To forget costs time and never truth: what is asked again is found again. So a memory
 * that is full is emptied, and no recorded program can make it grow for ever.
 */
#ifndef SNUG_RECORD_KNOWN_H
#define SNUG_RECORD_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/text.h"

struct known;

struct known *known_new(size_t limit);		/* keys */
struct known *known_free(struct known *known);	/* accepts NULL, returns NULL */
uint32_t known_bits(const struct known *known, const struct text *key);	/* 0 when there are none */
void known_add(struct known *known, const struct text *key, uint32_t bits);
void known_remove(struct known *known, const struct text *key, uint32_t bits);
void known_clear(struct known *known);

/* A number (1, 2, …) for each distinct string, and the string as long as the decoder lives: for the few
 * strings that stand in many keys (programs, folders, roots). 0 is NULL. */
struct names;

struct names *names_new(void);
struct names *names_free(struct names *names);	/* accepts NULL, returns NULL */
uint32_t names_number(struct names *names, const char *name);
const char *names_keep(struct names *names, const char *name);	/* the same bytes, owned by `names` */

#endif
