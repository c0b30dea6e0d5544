/* SPDX-License-Identifier: Apache-2.0 */
/* The `abis` column of a table: NULL = every ABI; "a b" = only these; "!a b" = all but these. */
#ifndef SNUG_KNOWLEDGE_ABI_LIST_H
#define SNUG_KNOWLEDGE_ABI_LIST_H

#include <stdbool.h>

#include "snug/arch.h"

bool abi_list_has(const char *abis, const struct arch *abi);

#endif
