/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a command line that a person will paste. */
#include "cli/shell_word.h"

#include <string.h>

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,@%+"

void shell_word(struct text *out, const char *word)
{
	if (word[0] && !word[strspn(word, PLAIN)]) {
		text_puts(out, word);
		return;
	}
	text_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			text_puts(out, "'\\''");
		else
			text_putc(out, *word);
	}
	text_putc(out, '\'');
}
