/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the kernel's functions by address: /proc/kallsyms, kept small.
 */
#ifndef SNUG_RECORD_KERNEL_SYMBOLS_H
#define SNUG_RECORD_KERNEL_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "snug/cleanup.h"

struct kernel_symbols;

/* NULL when the addresses are hidden from us (kernel.kptr_restrict), or the text says nothing. */
struct kernel_symbols *kernel_symbols_read(void);
struct kernel_symbols *kernel_symbols_parse(const char *text, size_t length);
struct kernel_symbols *kernel_symbols_free(struct kernel_symbols *symbols);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct kernel_symbols *, kernel_symbols_free);

/* The function that `address` lies in, without what a compiler has put behind its name (".isra.0"). NULL when there is none. */
const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address);

#endif
