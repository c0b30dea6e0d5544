/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp profile under which a container reports its calls. */
#include <inttypes.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/json_edit.h"
#include "snug/listener.h"
#include "snug/not_notified.h"
#include "snug/ruling.h"
#include "snug/string_set.h"
#include "snug/syscall_argument.h"

#define NUMBERS 1024	/* above every architecture's largest number of a call (x32 apart, see arch.h) */

static bool is_notified(const char *name)
{
	const struct not_notified *row;

	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++)
		if (strcmp(row->call, name) == 0)
			return false;
	return true;
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

static void add_masked(struct text *out, const char *action, const char *call, unsigned int index, uint64_t mask, uint64_t value)
{
	text_printf(out, ",\n\t\t{ \"action\": \"%s\", \"names\": [\"%s\"], \"args\": [{ \"index\": %u, \"op\": \"SCMP_CMP_MASKED_EQ\", "
			 "\"value\": %" PRIu64 ", \"valueTwo\": %" PRIu64 " }] }", action, call, index, mask, value);
}

/* Goes on where no bit of the mask is set; a rule for each that may be. */
static void add_plain_only(struct text *out, const struct not_notified *row, const struct arch *abi)
{
	const struct ruling *ruling = ruling_of(row->call);
	const struct syscall_argument *argument = syscall_argument_find(abi, row->call, ruling->argument);

	add_masked(out, "SCMP_ACT_ALLOW", row->call, argument->index, ruling->mask, 0);
	for (uint64_t bit = 1; bit && bit <= ruling->mask; bit <<= 1)
		if (ruling->mask & bit)
			add_masked(out, "SCMP_ACT_NOTIFY", row->call, argument->index, bit, bit);
}

void record_profile(struct text *out, const struct record_profile_options *options)
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
	json_edit_quote(out, options->socket);
	if (options->waits_killable)
		text_puts(out, ",\n\t\"flags\": [\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]");
	if (options->name) {
		text_puts(out, ",\n\t\"listenerMetadata\": ");
		json_edit_quote(out, options->name);
	}
	text_puts(out, ",\n\t\"syscalls\": [\n\t\t{ \"action\": \"SCMP_ACT_ALLOW\", \"names\": [");
	separator = "";
	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++) {
		if (row->plain_only)
			continue;
		text_printf(out, "%s\n\t\t\t\"%s\"", separator, row->call);
		separator = ",";
	}
	text_puts(out, "\n\t\t] },\n\t\t{ \"action\": \"SCMP_ACT_NOTIFY\", \"names\": [");
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", names.items[i]);
	text_puts(out, "\n\t\t] }");
	for (size_t i = 0; native && (row = not_notified_at(i)) != NULL; i++)
		if (row->plain_only)
			add_plain_only(out, row, native);
	text_puts(out, "\n\t]\n}\n");
}
