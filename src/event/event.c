/* SPDX-License-Identifier: Apache-2.0 */
/* The words of events that are not words of files (those stand in knowledge/access.c). */
#include "snug/event.h"

#include <errno.h>
#include <string.h>

#include "snug/memory.h"

struct act_row {
	uint32_t bit;
	const char *name;
};

static const struct act_row act_rows[] = {
	{ SOCKET_CREATE, "create" },
	{ SOCKET_BIND, "bind" },
	{ SOCKET_LISTEN, "listen" },
	{ SOCKET_ACCEPT, "accept" },
	{ SOCKET_CONNECT, "connect" },
};

static const char *const target_names[SIGNAL_TARGET_MAX_] = {
	[SIGNAL_TO_SELF] = "self",
	[SIGNAL_TO_MEMBER] = "member",
	[SIGNAL_TO_OUTSIDE] = "outside",
};

const char *socket_act_name(uint32_t one_bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(act_rows); i++)
		if (act_rows[i].bit == one_bit)
			return act_rows[i].name;
	return "?";
}

uint32_t socket_act_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(act_rows); i++)
		if (strcmp(act_rows[i].name, name) == 0)
			return act_rows[i].bit;
	return 0;
}

const char *signal_target_name(enum signal_target target)
{
	return target_names[target];
}

int signal_target_by_name(const char *name)
{
	for (int i = 0; i < SIGNAL_TARGET_MAX_; i++)
		if (strcmp(target_names[i], name) == 0)
			return i;
	return -ENOENT;
}
