/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the tables of knowledge by the numbers of one ABI; see call_table.h. */
#include "record/call_table.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/abi_list.h"
#include "snug/memory.h"

struct call_table {
	const struct arch *abi;
	struct call_row rows[CALL_NUMBERS_MAX];
	struct call_row empty;
};

static void fill_accesses(struct call_row *row, const struct arch *abi, const char *name)
{
	size_t count;
	const struct syscall_access *access = syscall_access_find(name, &count);

	row->accesses = count ? xcalloc(count, sizeof(*row->accesses)) : NULL;
	for (size_t i = 0; i < count; i++)
		if (abi_list_has(access[i].abis, abi))
			row->accesses[row->access_count++] = &access[i];
}

static void fill_arguments(struct call_row *row, const struct arch *abi, const char *name)
{
	const struct syscall_argument *argument;

	for (size_t i = 0; (argument = syscall_argument_at(i)) && row->argument_count < EVENT_ARGS_MAX; i++)
		if (strcmp(argument->syscall, name) == 0 && syscall_argument_applies(argument, abi))
			row->arguments[row->argument_count++] = argument;
}

struct call_table *call_table_new(const struct arch *abi)
{
	struct call_table *table = xcalloc(1, sizeof(*table));

	table->abi = abi;
	for (size_t i = 0; i < CALL_NUMBERS_MAX; i++) {
		struct call_row *row = &table->rows[i];
		char name[SYSCALL_NAME_MAX];

		syscall_name(abi, i | abi->number_mask, name);
		if (name[0] == '#')
			continue;
		row->name = xstrdup(name);
		fill_accesses(row, abi, name);
		fill_arguments(row, abi, name);
		row->inferences = capability_inference_find(name, &row->inference_count);
	}
	return table;
}

struct call_table *call_table_free(struct call_table *table)
{
	for (size_t i = 0; table && i < CALL_NUMBERS_MAX; i++) {
		free((char *)table->rows[i].name);
		free(table->rows[i].accesses);
	}
	free(table);
	return NULL;
}

const struct call_row *call_table_find(const struct call_table *table, uint64_t number)
{
	uint32_t plain = (uint32_t)number & ~table->abi->number_mask;

	return plain < CALL_NUMBERS_MAX ? &table->rows[plain] : &table->empty;
}

const struct call_row *call_table_by_name(const struct call_table *table, const char *name)
{
	for (size_t i = 0; i < CALL_NUMBERS_MAX; i++)
		if (table->rows[i].name && strcmp(table->rows[i].name, name) == 0)
			return &table->rows[i];
	return &table->empty;
}

bool call_moves(const struct call_row *row)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->subject == SUBJECT_STALE && row->accesses[i]->access & STALE_FOLDER)
			return true;
	return false;
}

int call_address(const struct call_row *row)
{
	const struct syscall_access *access = row->access_count == 1 ? row->accesses[0] : NULL;

	if (!access || access->subject != SUBJECT_ADDRESS || row->argument_count)
		return -1;
	for (size_t i = 0; i < row->inference_count; i++)
		if (row->inferences[i].need != NEED_MESSAGE || row->inferences[i].arg[2] != access->arg[1])
			return -1;
	return access->arg[1];
}
