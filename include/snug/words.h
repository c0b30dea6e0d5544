/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed vocabularies of access.h and event.h behind one signature, for code that walks tables of fields.
 */
#ifndef SNUG_WORDS_H
#define SNUG_WORDS_H

#include <stdint.h>

struct words {
	const char *(*name)(uint32_t value);
	int (*by_name)(const char *name);	/* negative when unknown */
	uint32_t end;				/* past the last value; of sets, past the last bit */
};

extern const struct words access_words;		/* a set of bits */
extern const struct words check_mark_words;	/* a set of bits */
extern const struct words file_kind_words;
extern const struct words outcome_words;
extern const struct words phase_words;
extern const struct words signal_target_words;
extern const struct words socket_act_words;	/* a set of bits */
extern const struct words userns_words;		/* 0 = "initial", 1 = "own" */

#endif
