/* SPDX-License-Identifier: Apache-2.0 */
/* Trace records, from the texts of formats and from bytes, without a kernel. */
#include <stdlib.h>
#include <string.h>

#include "record/kernel_symbols.h"
#include "record/tracefs_format.h"
#include "snug/memory.h"
#include "tests/tap.h"
#include "tests/tracefs_formats.h"

/* A record in the making: fields at their offsets, in this machine's order of bytes. */
struct bytes {
	unsigned char data[256];
	size_t size;
};

static void put(struct bytes *bytes, size_t offset, const void *value, size_t size)
{
	memcpy(bytes->data + offset, value, size);
	if (offset + size > bytes->size)
		bytes->size = offset + size;
}

#define PUT(bytes, offset, type, value) put(bytes, offset, &(type){ value }, sizeof(type))

static struct bytes record_of(uint16_t event, int32_t tid)
{
	struct bytes bytes = { .size = 0 };

	PUT(&bytes, 0, uint16_t, event);
	PUT(&bytes, 4, int32_t, tid);
	return bytes;
}

static struct tracefs_formats *all_formats(void)
{
	struct tracefs_formats *all = tracefs_formats_new();

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		ok(tracefs_formats_add(all, formats[i].kind, formats[i].raw, formats[i].text, strlen(formats[i].text)) > 0);
	return all;
}

static struct bytes openat_of(uint16_t event)
{
	struct bytes bytes = record_of(event, 77);

	PUT(&bytes, 8, int32_t, 257);
	PUT(&bytes, 16, uint64_t, (uint64_t)-100);
	PUT(&bytes, 24, uint64_t, 0x7fff1234);
	PUT(&bytes, 32, uint64_t, 0x80000);
	PUT(&bytes, 40, uint64_t, 0);
	return bytes;
}

static void test_calls(const struct tracefs_formats *all)
{
	struct bytes enter = openat_of(ID_ENTER), left = record_of(ID_EXIT, 77), raw = record_of(ID_RAW_ENTER, 5);
	struct tracefs_record record;

	ok(tracefs_record_parse(all, enter.data, enter.size, &record));
	ok(record.kind == TRACEFS_ENTER && record.tid == 77 && record.number == 257 && record.arg_count == 4);
	ok(record.args[0] == (uint64_t)-100 && record.args[1] == 0x7fff1234 && record.args[2] == 0x80000);
	ok_str(tracefs_formats_argument(all, ID_ENTER, 2), "flags");
	ok(!tracefs_formats_argument(all, ID_ENTER, 4));
	ok(!tracefs_record_parse(all, enter.data, enter.size - 1, &record));

	PUT(&left, 8, int32_t, 257);
	PUT(&left, 16, int64_t, -2);
	ok(tracefs_record_parse(all, left.data, left.size, &record));
	ok(record.kind == TRACEFS_EXIT && record.number == 257 && record.result == -2);

	PUT(&raw, 8, int64_t, 313);
	for (size_t i = 0; i < 6; i++)
		PUT(&raw, 16 + i * 8, uint64_t, 10 + i);
	ok(tracefs_record_parse(all, raw.data, raw.size, &record));
	ok(record.raw && record.number == 313 && record.args[0] == 10 && record.args[5] == 15);
}

/* The lower half of a __data_loc is an offset, the upper a length: neither may lead out of the record. */
static void test_strings(const struct tracefs_formats *all)
{
	struct bytes enter = openat_of(ID_ENTER_STRINGS), exec = record_of(ID_EXEC, 8);
	struct tracefs_record record;

	PUT(&enter, 48, uint32_t, 5u << 16 | 52);
	put(&enter, 52, "/etc", 5);
	ok(tracefs_record_parse(all, enter.data, enter.size, &record));
	ok(record.arg_count == 4 && record.memory_count == 1 && record.memory[0].argument == 1);
	ok_str(record.memory[0].bytes, "/etc");
	ok(record.memory[0].is_string && !record.memory[0].fault && record.memory[0].length == 4);
	PUT(&enter, 48, uint32_t, 8u << 16 | 52);
	put(&enter, 52, "(fault)", 8);
	ok(tracefs_record_parse(all, enter.data, enter.size, &record) && record.memory[0].fault);
	put(&enter, 52, "/cut...", 8);
	ok(tracefs_record_parse(all, enter.data, enter.size, &record) && record.memory[0].fault);
	PUT(&enter, 48, uint32_t, 52);
	ok(tracefs_record_parse(all, enter.data, enter.size, &record) && record.memory[0].fault);
	PUT(&enter, 48, uint32_t, 500u << 16 | 52);
	ok(tracefs_record_parse(all, enter.data, enter.size, &record) && record.memory_count == 0);

	PUT(&exec, 12, int32_t, 8);
	PUT(&exec, 16, int32_t, 9);
	PUT(&exec, 8, uint32_t, 7u << 16 | 20);
	put(&exec, 20, "/bin/x", 7);
	ok(tracefs_record_parse(all, exec.data, exec.size, &record));
	ok_str(record.text, "/bin/x");
	ok(record.other == 9);
	PUT(&exec, 8, uint32_t, 6u << 16 | 20);
	ok(tracefs_record_parse(all, exec.data, exec.size, &record) && !record.text);
	PUT(&exec, 8, uint32_t, 7u << 16 | 0xffff);
	ok(tracefs_record_parse(all, exec.data, exec.size, &record) && !record.text);
}

static void test_tasks_and_checks(const struct tracefs_formats *all)
{
	struct bytes made = record_of(ID_NEW_TASK, 8), check = record_of(ID_CHECK, 8), stack = record_of(ID_STACK, 8);
	struct tracefs_record record;

	PUT(&made, 8, int32_t, 9);
	PUT(&made, 32, uint64_t, 0x4100);
	PUT(&made, 40, int16_t, 0);
	ok(tracefs_record_parse(all, made.data, made.size, &record));
	ok(record.tid == 8 && record.other == 9 && record.flags == 0x4100);

	PUT(&check, 16, uint64_t, 0xffffffff82a00000);
	PUT(&check, 32, int32_t, 10);
	PUT(&check, 36, int32_t, -1);
	ok(tracefs_record_parse(all, check.data, check.size, &record));
	ok(record.number == 10 && record.has_result && record.result == -1 && record.target == 0xffffffff82a00000);

	/* `size` counts more functions than the format has room for, and than the record holds. */
	PUT(&stack, 8, int32_t, 20);
	for (size_t i = 0; i < 12; i++)
		PUT(&stack, 16 + i * sizeof(long), unsigned long, 1000 + i);
	ok(tracefs_record_parse(all, stack.data, stack.size, &record));
	ok(record.stack_depth == 12 && tracefs_stack_at(&record, 11) == 1011);
}

static void test_bad_formats(void)
{
	CLEANUP(tracefs_formats_freep) struct tracefs_formats *none = tracefs_formats_new();
	static const char no_number[] = "name: x\nID: 9\nformat:\n" COMMON "\nprint fmt: \"\"\n";
	struct bytes enter = openat_of(ID_ENTER);
	struct tracefs_record record;

	ok(tracefs_formats_add(none, TRACEFS_EXIT, false, no_number, strlen(no_number)) < 0);
	ok(tracefs_formats_add(none, TRACEFS_EXIT, false, "", 0) < 0);
	ok(tracefs_formats_add(none, TRACEFS_EXIT, false, "name: x", 7) < 0);
	ok(!tracefs_formats_has(none, 9));
	ok(tracefs_record_event(none, enter.data, enter.size) == ID_ENTER);
	ok(tracefs_record_event(none, enter.data, 1) < 0);
	ok(!tracefs_record_parse(none, enter.data, enter.size, &record));
}

static struct kernel_symbols *kernel_symbols_of(const char *text)
{
	return kernel_symbols_new(fmemopen((char *)text, strlen(text), "r"));
}

static void test_symbols(void)
{
	static const char text[] = "0000000000000000 A fixed\nffffffff81000100 T second.isra.0\nffffffff81000000 t first\n"
				   "ffffffff81000200 D data\nffffffffc0000000 t third\t[module]\nnonsense\n";
	CLEANUP(kernel_symbols_freep) struct kernel_symbols *symbols = kernel_symbols_of(text);

	ok_str(kernel_symbols_find(symbols, 0xffffffff81000000), "first");
	ok_str(kernel_symbols_find(symbols, 0xffffffff810000ff), "first");
	for (uint64_t ms = 1; ms < 1000000; ms *= 2)	/* the table is gone after that, and read again */
		kernel_symbols_rest(symbols, ms);
	ok_str(kernel_symbols_find(symbols, 0xffffffff81000123), "second");
	ok_str(kernel_symbols_find(symbols, 0xffffffffc0000001), "third");
	ok(!kernel_symbols_find(symbols, 0xffffffff80ffffff));
	ok(!kernel_symbols_of("0000000000000000 T hidden\n"));
	ok(!kernel_symbols_find(NULL, 1));
}

int main(void)
{
	struct tracefs_formats *all = all_formats();

	test_calls(all);
	test_strings(all);
	test_tasks_and_checks(all);
	tracefs_formats_free(all);
	test_bad_formats();
	test_symbols();
	return done();
}
