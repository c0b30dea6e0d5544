/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the kernel's functions by address: /proc/kallsyms, kept small.
 *
 * The table takes some megabytes, and is asked of a few addresses, again and again: those are kept apart, and
 * the table goes when nothing else has been asked for a while, until something is.
 */
#ifndef SNUG_RECORD_KERNEL_SYMBOLS_H
#define SNUG_RECORD_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "snug/cleanup.h"

struct kernel_symbols;

/* Reads /proc/kallsyms, as it shows itself now, while its caller goes on. NULL when it is not there. */
struct kernel_symbols *kernel_symbols_read(void);
/* Waits for that. Accepts NULL. A process that is forked to go on as this one can do so only afterwards. */
void kernel_symbols_settle(struct kernel_symbols *symbols);
bool kernel_symbols_are_settled(const struct kernel_symbols *symbols);	/* would nobody have to wait? */
/* Of such a file, which it takes and reads again from its start when needed. NULL when the addresses are hidden from us
 * (kernel.kptr_restrict), or the text says nothing. */
struct kernel_symbols *kernel_symbols_new(FILE *kallsyms);
struct kernel_symbols *kernel_symbols_free(struct kernel_symbols *symbols);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct kernel_symbols *, kernel_symbols_free);

/* The function that `address` lies in, without what a compiler has put behind its name (".isra.0"). NULL when there is none. */
const char *kernel_symbols_find(struct kernel_symbols *symbols, uint64_t address);

/* Call it about once a second, with the time. Accepts NULL. */
void kernel_symbols_rest(struct kernel_symbols *symbols, uint64_t now_ms);

#endif
