/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that set ids, as kernel/sys.c (Linux 6.18) has them; see set_ids.h. */
#include "record/set_ids.h"

#include <linux/capability.h>
#include <string.h>

#include "snug/capability_inference.h"
#include "snug/memory.h"

#define UNCHANGED UINT32_MAX

struct id_call {
	const char *name;
	bool (*apply)(const uint32_t args[ID_MAX_], bool capable, uint32_t ids[ID_MAX_]);
	bool groups;
	bool narrow;	/* ids have 16 bits on the ABIs of inference_ids_are_narrow() */
};

static bool is_one_of(uint32_t id, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return id == UNCHANGED;
}

/* __sys_setuid(): all three with the capability, only the effective one without. */
static bool set_one(const uint32_t args[ID_MAX_], bool capable, uint32_t ids[ID_MAX_])
{
	uint32_t id = args[0];

	if (id == UNCHANGED || (!capable && id != ids[ID_REAL] && id != ids[ID_SAVED]))
		return false;
	if (capable)
		ids[ID_REAL] = ids[ID_SAVED] = id;
	ids[ID_EFFECTIVE] = id;
	return true;
}

/* __sys_setreuid(): the saved id follows where the real one is set, or the effective one to anything else than that. */
static bool set_two(const uint32_t args[ID_MAX_], bool capable, uint32_t ids[ID_MAX_])
{
	uint32_t real = args[0], effective = args[1];
	bool follows = real != UNCHANGED || (effective != UNCHANGED && effective != ids[ID_REAL]);

	if (!capable && (!is_one_of(real, ids, ID_SAVED) || !is_one_of(effective, ids, ID_MAX_)))
		return false;
	if (real != UNCHANGED)
		ids[ID_REAL] = real;
	if (effective != UNCHANGED)
		ids[ID_EFFECTIVE] = effective;
	if (follows)
		ids[ID_SAVED] = ids[ID_EFFECTIVE];
	return true;
}

/* __sys_setresuid() */
static bool set_three(const uint32_t args[ID_MAX_], bool capable, uint32_t ids[ID_MAX_])
{
	uint32_t old[ID_MAX_];

	memcpy(old, ids, sizeof(old));
	for (size_t i = 0; i < ID_MAX_ && !capable; i++)
		if (!is_one_of(args[i], old, ID_MAX_))
			return false;
	for (size_t i = 0; i < ID_MAX_; i++)
		if (args[i] != UNCHANGED)
			ids[i] = args[i];
	return true;
}

static const struct id_call id_calls[] = {
	{ "setgid", set_one, .groups = true, .narrow = true },
	{ "setgid32", set_one, .groups = true },
	{ "setregid", set_two, .groups = true, .narrow = true },
	{ "setregid32", set_two, .groups = true },
	{ "setresgid", set_three, .groups = true, .narrow = true },
	{ "setresgid32", set_three, .groups = true },
	{ "setresuid", set_three, .narrow = true },
	{ "setresuid32", set_three },
	{ "setreuid", set_two, .narrow = true },
	{ "setreuid32", set_two },
	{ "setuid", set_one, .narrow = true },
	{ "setuid32", set_one },
};

const struct id_call *id_call_find(const struct arch *abi, uint64_t number)
{
	char name[SYSCALL_NAME_MAX];

	syscall_name(abi, number, name);
	for (size_t i = 0; i < ARRAY_SIZE(id_calls); i++)
		if (strcmp(id_calls[i].name, name) == 0)
			return &id_calls[i];
	return NULL;
}

int id_call_capability(const struct id_call *row)
{
	return row->groups ? CAP_SETGID : CAP_SETUID;
}

/* low2highuid(), include/linux/highuid.h */
static uint32_t widened(uint64_t argument, bool narrow)
{
	uint32_t id = (uint32_t)argument;

	if (!narrow)
		return id;
	return (id & UINT16_MAX) == UINT16_MAX ? UNCHANGED : id & UINT16_MAX;
}

bool ids_after(const struct id_call *row, const struct call *call, bool capable, struct task_ids *ids)
{
	bool narrow = row->narrow && inference_ids_are_narrow(call->abi);
	uint32_t args[ID_MAX_];

	for (size_t i = 0; i < ID_MAX_; i++)
		args[i] = widened(call->args[i], narrow);
	return row->apply(args, capable, row->groups ? ids->gid : ids->uid);
}
