/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the kernel by address; see kernel_symbols.h. */
#include "record/kernel_symbols.h"

#include <stdlib.h>
#include <string.h>

#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define TEXT_MAX (64 << 20)	/* bytes: some 10 MB on a distribution's kernel */

struct symbol {
	uint64_t address;
	uint32_t name;		/* offset in `names` */
};

struct kernel_symbols {
	struct symbol *all;	/* owned; by address */
	size_t count, capacity;
	struct text names;	/* NUL-terminated, one after the other */
};

struct kernel_symbols *kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (symbols) {
		free(symbols->all);
		text_done(&symbols->names);
	}
	free(symbols);
	return NULL;
}

static void add_symbol(struct kernel_symbols *symbols, uint64_t address, const char *name, size_t length)
{
	const char *suffix = memchr(name, '.', length);

	if (symbols->count == symbols->capacity) {
		symbols->capacity = symbols->capacity ? symbols->capacity * 2 : 4096;
		symbols->all = xrealloc(symbols->all, symbols->capacity, sizeof(*symbols->all));
	}
	symbols->all[symbols->count++] = (struct symbol){ address, (uint32_t)symbols->names.length };
	text_add(&symbols->names, name, suffix && suffix > name ? (size_t)(suffix - name) : length);
	text_putc(&symbols->names, '\0');
}

/* "ffffffff81a82a80 T cap_capable", and behind a tab the module that it belongs to. */
static void parse_line(struct kernel_symbols *symbols, const char *line, size_t length)
{
	char *end;
	uint64_t address = strtoull(line, &end, 16);
	size_t rest = length - (size_t)(end - line);

	if (end == line || !address || rest < 4 || end[0] != ' ' || end[2] != ' ' || !strchr("tTwW", end[1]))
		return;
	add_symbol(symbols, address, end + 3, strcspn(end + 3, "\t\n "));
}

static int compare(const void *a, const void *b)
{
	const struct symbol *one = a, *other = b;

	return one->address < other->address ? -1 : one->address > other->address;
}

struct kernel_symbols *kernel_symbols_parse(const char *text, size_t length)
{
	CLEANUP(kernel_symbols_freep) struct kernel_symbols *symbols = xcalloc(1, sizeof(*symbols));
	const char *end = text + length;

	for (const char *line = text, *next; line < end; line = next) {
		char copy[512];
		size_t n;

		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next + 1 : end;
		n = (size_t)(next - line) < sizeof(copy) ? (size_t)(next - line) : sizeof(copy) - 1;
		memcpy(copy, line, n);
		copy[n] = '\0';
		parse_line(symbols, copy, strlen(copy));
	}
	if (!symbols->count)
		return NULL;
	qsort(symbols->all, symbols->count, sizeof(*symbols->all), compare);
	symbols->all = xrealloc(symbols->all, symbols->count, sizeof(*symbols->all));
	return steal_ptr(symbols);
}

struct kernel_symbols *kernel_symbols_read(void)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	if (file_read("/proc/kallsyms", TEXT_MAX, &text, NULL) < 0)
		return NULL;
	return kernel_symbols_parse(text_cstr(&text), text.length);
}

const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols ? symbols->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->all[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? symbols->names.data + symbols->all[low - 1].name : NULL;
}
