/* SPDX-License-Identifier: Apache-2.0 */
/* The table of arguments that a profile rules on. */
#include "snug/ruling.h"

#include <string.h>

#include "snug/memory.h"
#include "snug/names.h"

/* CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWNS; CLONE_NEWTIME shares a bit with the exit
 * signal and cannot be given to clone(2). */
#define NAMESPACES 0x7e020000u

/* Sorted by call; one argument a call, since a rule of the profile has one condition. */
static const struct ruling ruling_rows[] = {
	{ "bpf", "cmd", 0, -1, "whether programs are loaded or maps are used", "bpf(2)" },
	{ "clone", "flags", NAMESPACES, -1, "whether new namespaces are made", "Docker's default profile" },
	{ "clone3", "flags", NAMESPACES, -1, "whether new namespaces are made", "clone(2)" },
	{ "keyctl", "operation", 0, -1, "what is done to which kernel key", "keyctl(2)" },
	{ "personality", "persona", 0, -1, "which protections are switched off", "Docker's default profile" },
	{ "prctl", "option", 0, -1, "which of eighty unrelated settings is meant", "prctl(2)" },
	{ "setns", "nstype", 0, -1, "which kind of namespace is entered", "setns(2)" },
	{ "socket", "domain", 0, NAME_FAMILY, "which of the kernel's network stacks is reached", "socket(2)" },
	{ "unshare", "flags", 0, -1, "which new namespaces are made", "unshare(2)" },
};

const struct ruling *ruling_of(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(ruling_rows); i++)
		if (strcmp(ruling_rows[i].call, call) == 0)
			return &ruling_rows[i];
	return NULL;
}

const struct ruling *ruling_at(size_t index)
{
	return index < ARRAY_SIZE(ruling_rows) ? &ruling_rows[index] : NULL;
}
