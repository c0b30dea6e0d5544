/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a record of the kernel's tracing: nothing that it says leads out of it. */
#include "snug/memory.h"
#include "tests/fuzz/fuzz.h"
#include "tests/tracefs_formats.h"

static bool is_within(const void *part, size_t length, const uint8_t *data, size_t size)
{
	const uint8_t *at = part;

	return at >= data && at <= data + size && length <= (size_t)(data + size - at);
}

static void look(const struct tracefs_record *record, const uint8_t *data, size_t size)
{
	promise(record->kind < TRACEFS_KIND_MAX_);
	promise(record->arg_count <= TRACEFS_ARGS_MAX && record->memory_count <= TRACEFS_STRINGS_MAX);
	for (size_t i = 0; i < record->memory_count; i++)
		promise(is_within(record->memory[i].bytes, record->memory[i].length, data, size));
	if (record->text)
		promise(is_within(record->text, strlen(record->text) + 1, data, size));
	if (record->stack_depth)
		promise(is_within(record->stack, record->stack_depth * record->stack_word, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tracefs_formats *all;
	struct tracefs_record record;
	uint8_t *copy = xmemdup(data, size);	/* a reader past its end is then seen */

	if (!all) {
		all = tracefs_formats_new();
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
			tracefs_formats_add(all, formats[i].kind, formats[i].raw, formats[i].text, strlen(formats[i].text));
	}
	if (tracefs_record_parse(all, copy, size, &record))
		look(&record, copy, size);
	free(copy);
	return 0;
}
