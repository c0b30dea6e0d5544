/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp profile under which a container reports its calls. */
#include <seccomp.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/json_edit.h"
#include "snug/listener.h"
#include "snug/not_notified.h"
#include "snug/string_set.h"

#define NUMBERS 1024	/* above every architecture's largest number of a call (x32 apart, see arch.h) */

static bool is_notified(const char *name)
{
	const struct not_notified *row;

	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++)
		if (strcmp(row->call, name) == 0)
			return false;
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

static void add_names(struct string_set *names, const struct arch *abi)
{
	for (uint32_t number = 0; number < NUMBERS; number++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(abi, number | abi->number_mask, name);
		if (name[0] != '#' && is_notified(name))
			string_set_add(names, name);
	}
}

void record_profile(struct text *out, const char *socket, const char *name)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	const struct arch *native = arch_native(), *abi;
	const struct not_notified *row;
	const char *separator = "";

	text_printf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": 38,\n\t\"architectures\": [");
	for (size_t i = 0; native && (abi = arch_at(i)) != NULL; i++) {
		if (strcmp(abi->family, native->family) != 0)
			continue;
		add_names(&names, abi);
		text_printf(out, "%s\"%s\"", separator, abi->scmp_name);
		separator = ", ";
	}
	text_puts(out, "],\n\t\"listenerPath\": ");
	json_edit_quote(out, socket);
	if (name) {
		text_puts(out, ",\n\t\"listenerMetadata\": ");
		json_edit_quote(out, name);
	}
	text_puts(out, ",\n\t\"syscalls\": [\n\t\t{ \"action\": \"SCMP_ACT_ALLOW\", \"names\": [");
	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", row->call);
	text_puts(out, "\n\t\t] },\n\t\t{ \"action\": \"SCMP_ACT_NOTIFY\", \"names\": [");
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", names.items[i]);
	text_puts(out, "\n\t\t] }\n\t]\n}\n");
}
