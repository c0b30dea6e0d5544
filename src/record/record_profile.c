/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp profile under which a container reports its calls. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/json_edit.h"
#include "snug/listener.h"
#include "snug/memory.h"
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

/* No kernel since Linux 3.1 has it, each ABI still has its number, and this is no command of its. */
#define NEVER_MADE "nfsservctl"
#define NEVER_PASSED 0x736e7567736e7567	/* "snugsnug" */

static json_t *never_notified(void)
{
	return memory_checked(json_pack("{s:[s], s:s, s:[{s:i, s:I, s:s}]}", "names", NEVER_MADE, "action", "SCMP_ACT_NOTIFY",
					"args", "index", 0, "value", (json_int_t)NEVER_PASSED, "op", "SCMP_CMP_EQ"));
}

static bool is_never_made(const json_t *name)
{
	return json_is_string(name) && strcmp(json_string_value(name), NEVER_MADE) == 0;
}

/* A rule for every call of this name would leave no room for ours. */
static void take_out_name(json_t *rules)
{
	json_t *rule;
	size_t i;

	json_array_foreach(rules, i, rule) {
		json_t *names = json_object_get(rule, "names");

		for (size_t j = json_array_size(names); j > 0; j--)
			if (is_never_made(json_array_get(names, j - 1)))
				json_array_remove(names, j - 1);
	}
	for (i = json_array_size(rules); i > 0; i--)
		if (json_array_size(json_object_get(json_array_get(rules, i - 1), "names")) == 0)
			json_array_remove(rules, i - 1);
}

int record_profile_traced(struct text *out, const struct record_profile_options *options, const char *base,
			  struct error *err)
{
	json_auto_t *profile = base ? json_loads(base, JSON_REJECT_DUPLICATES, NULL)
				    : memory_checked(json_pack("{s:s}", "defaultAction", "SCMP_ACT_ALLOW"));
	json_t *rules;

	if (!json_is_object(profile))
		return error_set(err, -EINVAL, "the base is no profile");
	if (!json_is_array(json_object_get(profile, "syscalls")))
		json_object_set_new(profile, "syscalls", memory_checked(json_array()));
	rules = json_object_get(profile, "syscalls");
	take_out_name(rules);
	json_array_append_new(rules, never_notified());
	json_object_set_new(profile, "listenerPath", memory_checked(json_string(options->socket)));
	if (options->name)
		json_object_set_new(profile, "listenerMetadata", memory_checked(json_string(options->name)));
	auto_free char *text = memory_checked(json_dumps(profile, JSON_INDENT(1)));
	text_puts(out, text);
	text_putc(out, '\n');
	return 0;
}
