/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that can teach nothing more: whatever their arguments, or for some of them. See decode.h. */
#include <string.h>

#include "record/decode_internal.h"

static const struct call_row *row_of(struct decoder *decoder, const struct call *call)
{
	return call_table_find(decoder_table(decoder, call->abi), call->number);
}

bool decode_is_settled(struct decoder *decoder, const struct task *task, const struct call *call)
{
	const struct call_row *row = row_of(decoder, call);

	return row->name && !row->access_count && !row->argument_count && !row->inference_count &&
	       call_has_succeeded(decoder, task, call);
}

bool decode_is_known(struct decoder *decoder, const struct task *task, const struct call *call)
{
	struct pending pending = { .call = *call, .row = row_of(decoder, call), .phase = task->phase };
	const struct syscall_access *access = pending.row->access_count == 1 ? pending.row->accesses[0] : NULL;

	if (!access || (access->subject != SUBJECT_PATH && access->subject != SUBJECT_OPEN) || access->when[0].mask ||
	    pending.row->argument_count || pending.row->inference_count || decoder->late || decoder->client ||
	    !task_is_known(decoder->tasks, task->tid) || !call_has_succeeded(decoder, task, call))
		return false;
	pending.by = names_keep(decoder->names, task->by);
	decoder->may_differ_again = false;
	return path_is_settled(decoder, task, &pending, access);
}

/* NULL: there is no room. */
static struct syscall_access *add_row(struct settlement *settlement, const struct syscall_access **list, size_t *count)
{
	struct syscall_access *row = &settlement->rows[settlement->unless_count + settlement->among_count];

	if (*count == SETTLEMENT_MAX)
		return NULL;
	list[(*count)++] = row;
	return row;
}

/* False: it can hold whatever the arguments, or there is no room. */
static bool add_exception(struct settlement *settlement, const struct condition when[2])
{
	const bool rules = when[0].mask || when[1].mask;
	struct syscall_access *row = rules ? add_row(settlement, settlement->unless, &settlement->unless_count) : NULL;

	if (!row)
		return false;
	memcpy(row->when, when, sizeof(row->when));
	return true;
}

static bool add_exceptions(struct settlement *settlement, const struct call_row *row)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (!add_exception(settlement, row->accesses[i]->when))
			return false;
	for (size_t i = 0; i < row->inference_count; i++)
		if (!add_exception(settlement, row->inferences[i].when))
			return false;
	return true;
}

static void add_known(struct settlement *settlement, struct condition first, struct condition second)
{
	struct syscall_access *row = add_row(settlement, settlement->among, &settlement->among_count);

	if (!row)
		return;
	row->when[0] = first;
	row->when[1] = second;
}

static void add_values(struct decoder *decoder, const struct task *task, const struct call *call,
		       const struct syscall_argument *argument, struct settlement *settlement)
{
	const struct event_syscall made = { .abi = call->abi, .number = call->number };
	const char *by = names_keep(decoder->names, task->by);

	for (size_t i = 0; i < decoder->value_count; i++)
		if (is_value(&decoder->values[i], &made, by, task->phase))
			add_known(settlement, (struct condition){ argument->index, argument->mask, decoder->values[i].value },
				  (struct condition){ 0 });
}

/* The row of a call that only looks, and by its flags may look at what is open. */
static const struct syscall_access *look_of(const struct call_row *row)
{
	const struct syscall_access *look = row->access_count == 1 ? row->accesses[0] : NULL;

	if (!look || look->subject != SUBJECT_PATH || look->access != ACCESS_LOOK || look->when[0].mask ||
	    look->arg[2] == NO_ARGUMENT || !(look->follow.empty & ~EMPTY_ALWAYS) || row->argument_count || row->inference_count)
		return NULL;
	return look;
}

bool decode_looks_if_empty(struct decoder *decoder, const struct call *call, uint64_t *ret_path)
{
	const struct syscall_access *look = look_of(row_of(decoder, call));

	if (!look || !(call->args[look->arg[2]] & look->follow.empty))
		return false;
	*ret_path = call->args[look->arg[0]];
	return true;
}

static void add_empty_paths(const struct syscall_access *look, const struct empty_paths *empty, struct settlement *settlement)
{
	const uint64_t flag = look->follow.empty & ~EMPTY_ALWAYS;

	for (size_t i = 0; i < empty->count; i++)
		add_known(settlement, (struct condition){ (unsigned int)look->arg[2], flag, flag },
			  (struct condition){ (unsigned int)look->arg[0], UINT64_MAX, empty->at[i] });
}

bool decode_settlement(struct decoder *decoder, const struct task *task, const struct call *call,
		       const struct empty_paths *empty, struct settlement *ret)
{
	const struct call_row *row = row_of(decoder, call);
	const struct syscall_access *look = look_of(row);
	const int address = call_address(row);

	*ret = (struct settlement){ 0 };
	if (look && call_has_succeeded(decoder, task, call))
		add_empty_paths(look, empty, ret);
	else if (address >= 0 && call_has_succeeded(decoder, task, call))
		add_known(ret, (struct condition){ (unsigned int)address, UINT64_MAX, 0 }, (struct condition){ 0 });
	else if (row->argument_count == 1 && !(row->arguments[0]->index & ARGUMENT_POINTED_TO) && add_exceptions(ret, row))
		add_values(decoder, task, call, row->arguments[0], ret);
	return ret->among_count > 0;
}
