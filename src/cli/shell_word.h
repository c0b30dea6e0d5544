/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a command line that a person will paste. */
#ifndef SNUG_CLI_SHELL_WORD_H
#define SNUG_CLI_SHELL_WORD_H

#include "snug/text.h"

/* Appends `word` so that a POSIX shell reads exactly it: as it is where that will do, else in single quotes. */
void shell_word(struct text *out, const char *word);

#endif
