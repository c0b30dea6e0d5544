/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_known.h: a table by what is told, in which a later call takes an earlier one's place. */
#include "record/audit_known.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"

#define SLOT_BITS 9
#define PROGRAM_MAX 64	/* bytes of a program's name with its NUL; who has a longer one is told of each time */

/* The names of arguments follow from ABI and number. */
struct known_call {
	const struct arch *abi;		/* NULL = free */
	uint64_t number;
	int64_t error;			/* 0 = none */
	uint64_t values[EVENT_ARGS_MAX];
	size_t count;
	bool assumed, has_program;
	char program[PROGRAM_MAX];
};

struct audit_known {
	struct known_call slots[1 << SLOT_BITS];
};

struct audit_known *audit_known_new(void)
{
	return xcalloc(1, sizeof(struct audit_known));
}

struct audit_known *audit_known_free(struct audit_known *known)
{
	free(known);
	return NULL;
}

static int64_t error_of(const struct event_syscall *call)
{
	return call->has_result && call->result < 0 ? call->result : 0;
}

static const struct known_call *slot_of(const struct audit_known *known, const struct event *event)
{
	const struct event_syscall *call = &event->syscall;
	uint64_t hash = call->number ^ (uint64_t)error_of(call) << 16;

	for (size_t i = 0; i < call->arg_count; i++)
		hash = (hash ^ call->args[i].value) * 0x9e3779b97f4a7c15u;	/* see base/map.c */
	for (const char *p = event->by; p && *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x9e3779b97f4a7c15u;
	return &known->slots[hash * 0x9e3779b97f4a7c15u >> (64 - SLOT_BITS)];
}

static bool is_same(const struct known_call *slot, const struct event *event)
{
	const struct event_syscall *call = &event->syscall;

	if (slot->abi != call->abi || slot->number != call->number || slot->error != error_of(call) ||
	    slot->count != call->arg_count || slot->assumed != call->assumed || slot->has_program != !!event->by)
		return false;
	for (size_t i = 0; i < slot->count; i++)
		if (slot->values[i] != call->args[i].value)
			return false;
	return !event->by || strcmp(slot->program, event->by) == 0;
}

bool audit_known_has(const struct audit_known *known, const struct event *event)
{
	return is_same(slot_of(known, event), event);
}

void audit_known_add(struct audit_known *known, const struct event *event)
{
	struct known_call *slot = (struct known_call *)slot_of(known, event);
	const struct event_syscall *call = &event->syscall;
	size_t length = event->by ? strlen(event->by) : 0;

	if (length >= sizeof(slot->program))
		return;
	*slot = (struct known_call){
		.abi = call->abi, .number = call->number, .error = error_of(call), .count = call->arg_count,
		.assumed = call->assumed, .has_program = event->by,
	};
	for (size_t i = 0; i < call->arg_count; i++)
		slot->values[i] = call->args[i].value;
	if (event->by)
		memcpy(slot->program, event->by, length);
}
