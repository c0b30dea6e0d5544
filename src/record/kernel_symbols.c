/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the kernel by address; see kernel_symbols.h. */
#include "record/kernel_symbols.h"

#include <stdlib.h>
#include <string.h>

#include "record/aside.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define READ_BYTES 4096	/* the kernel hands out a page at a time (fs/seq_file.c); stdio would take a quarter of that */
#define RECENT 256	/* a power of two: stacks are alike, and each address of each is asked for */
#define KEEP_MS 2000	/* unasked, the first time; twice as long each time that it had to be read again */

struct symbol {
	uint64_t address;
	uint32_t name;		/* offset in `names` */
};

struct kernel_symbols {
	FILE *file;		/* owned, over `buffer`; stays open, since it tells the truth to whom it did when it was opened */
	struct map *found;	/* address → its name, owned; "" where there is none */
	struct {
		uint64_t address;
		const char *name;	/* that in `found`; NULL = nothing was found here yet */
	} recent[RECENT];	/* by a hash of the address */
	/* The table, and how long it has been of no use. */
	struct symbol *all;	/* owned; by address; NULL = not read, or gone again */
	size_t count, capacity;
	struct text names;	/* NUL-terminated, one after the other */
	bool used;		/* since the last look at the time */
	uint64_t unused_since_ms, keep_ms;
	bool hidden;		/* the file says nothing to us */
	char *buffer;		/* owned; glibc's setvbuf() gives none of the size that it is asked for; NULL = the file's own */
	struct aside reading;	/* the first time; until its end nothing of all this is to be touched */
};

static void drop_table(struct kernel_symbols *symbols)
{
	free(symbols->all);
	symbols->all = NULL;
	symbols->count = symbols->capacity = 0;
	text_done(&symbols->names);
}

struct kernel_symbols *kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (!symbols)
		return NULL;
	kernel_symbols_settle(symbols);
	drop_table(symbols);
	map_free(symbols->found);
	fclose(symbols->file);
	free(symbols->buffer);
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

/* The kernel's own come in their order, and modules' behind them. */
static bool are_sorted(const struct kernel_symbols *symbols)
{
	for (size_t i = 1; i < symbols->count; i++)
		if (symbols->all[i].address < symbols->all[i - 1].address)
			return false;
	return true;
}

static void read_table(struct kernel_symbols *symbols)
{
	auto_free char *line = NULL;
	size_t size = 0;
	ssize_t n;

	rewind(symbols->file);
	while ((n = getline(&line, &size, symbols->file)) > 0)
		parse_line(symbols, line, (size_t)n);
	symbols->hidden = !symbols->count;
	if (symbols->hidden)
		return;
	if (!are_sorted(symbols))
		qsort(symbols->all, symbols->count, sizeof(*symbols->all), compare);
	symbols->all = xrealloc(symbols->all, symbols->count, sizeof(*symbols->all));
	symbols->used = true;
	symbols->keep_ms = symbols->keep_ms ? symbols->keep_ms * 2 : KEEP_MS;
}

struct kernel_symbols *kernel_symbols_new(FILE *kallsyms)
{
	CLEANUP(kernel_symbols_freep) struct kernel_symbols *symbols = xcalloc(1, sizeof(*symbols));

	symbols->file = kallsyms;
	symbols->found = map_new(free);
	read_table(symbols);
	return symbols->hidden ? NULL : steal_ptr(symbols);
}

static void read_first(void *context)
{
	read_table(context);
}

struct kernel_symbols *kernel_symbols_read(void)
{
	struct kernel_symbols *symbols;
	FILE *file = fopen("/proc/kallsyms", "re");

	if (!file)
		return NULL;
	symbols = xcalloc(1, sizeof(*symbols));
	symbols->file = file;
	symbols->buffer = xcalloc(1, READ_BYTES);
	setvbuf(file, symbols->buffer, _IOFBF, READ_BYTES);
	symbols->found = map_new(free);
	aside_begin(&symbols->reading, read_first, symbols);
	return symbols;
}

void kernel_symbols_settle(struct kernel_symbols *symbols)
{
	if (symbols)
		aside_end(&symbols->reading);
}

bool kernel_symbols_are_settled(const struct kernel_symbols *symbols)
{
	return !symbols || aside_is_done(&symbols->reading);
}

static const char *look_up(const struct kernel_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->all[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? symbols->names.data + symbols->all[low - 1].name : "";
}

static const char *find(struct kernel_symbols *symbols, uint64_t address)
{
	void **slot = map_slot(symbols->found, &address, sizeof(address));

	if (!*slot) {
		if (!symbols->all)
			read_table(symbols);
		symbols->used = true;
		*slot = xstrdup(look_up(symbols, address));
	}
	return *slot;
}

const char *kernel_symbols_find(struct kernel_symbols *symbols, uint64_t address)
{
	const size_t at = (address ^ address >> 8) & (RECENT - 1);

	kernel_symbols_settle(symbols);
	if (!symbols || symbols->hidden)
		return NULL;
	if (symbols->recent[at].address != address || !symbols->recent[at].name) {
		symbols->recent[at].address = address;
		symbols->recent[at].name = find(symbols, address);
	}
	return symbols->recent[at].name[0] ? symbols->recent[at].name : NULL;
}

void kernel_symbols_rest(struct kernel_symbols *symbols, uint64_t now_ms)
{
	if (!symbols || !kernel_symbols_are_settled(symbols))
		return;
	kernel_symbols_settle(symbols);
	if (!symbols->all)
		return;
	if (symbols->used)
		symbols->unused_since_ms = now_ms;
	else if (now_ms - symbols->unused_since_ms >= symbols->keep_ms)
		drop_table(symbols);
	symbols->used = false;
}
