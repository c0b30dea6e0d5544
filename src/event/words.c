/* SPDX-License-Identifier: Apache-2.0 */
/* Typed vocabularies behind one signature. */
#include "snug/words.h"

#include <errno.h>
#include <string.h>

#include "snug/access.h"
#include "snug/event.h"

#define ENUM_WORDS(enumeration, last) \
	static const char *enumeration##_word(uint32_t value) \
	{ \
		return enumeration##_name((enum enumeration)value); \
	} \
	const struct words enumeration##_words = { enumeration##_word, enumeration##_by_name, last }

#define BIT_WORDS(enumeration, last) \
	static int enumeration##_bit(const char *name) \
	{ \
		uint32_t bit = enumeration##_by_name(name); \
\
		return bit ? (int)bit : -ENOENT; \
	} \
	const struct words enumeration##_words = { enumeration##_name, enumeration##_bit, last }

ENUM_WORDS(file_kind, FILE_KIND_MAX_);
ENUM_WORDS(outcome, OUTCOME_MAX_);
ENUM_WORDS(phase, PHASE_MAX_);
ENUM_WORDS(signal_target, SIGNAL_TARGET_MAX_);
BIT_WORDS(access, ACCESS_MAX_);
BIT_WORDS(check_mark, CHECK_MARK_MAX_);
BIT_WORDS(socket_act, SOCKET_ACT_MAX_);

static const char *userns_name(uint32_t own)
{
	return own ? "own" : "initial";
}

static int userns_by_name(const char *name)
{
	if (strcmp(name, "own") == 0)
		return 1;
	return strcmp(name, "initial") == 0 ? 0 : -ENOENT;
}

const struct words userns_words = { userns_name, userns_by_name, 2 };
