/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the `abis` column of a table; see abi_list.h for its form. */
#include "knowledge/abi_list.h"

#include <stddef.h>
#include <string.h>

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == length && memcmp(words, word, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

bool abi_list_has(const char *abis, const struct arch *abi)
{
	if (!abis)
		return true;
	return abis[0] == '!' ? !has_word(abis + 1, abi->name) : has_word(abis, abi->name);
}
