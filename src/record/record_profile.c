/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp profile under which a container reports its calls. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "record/notify_keeper.h"
#include "record/told_call.h"
#include "snug/arch.h"
#include "snug/json_edit.h"
#include "snug/listener.h"
#include "snug/memory.h"
#include "snug/not_notified.h"
#include "snug/ruling.h"
#include "snug/string_set.h"
#include "snug/syscall_argument.h"

#define NUMBERS 1024	/* above every architecture's largest number of a call (x32 apart, see arch.h) */

/* What a profile says of the calls of one name. */
struct profile_rules {
	struct string_set passing, held;	/* whatever the arguments */
	struct text on_condition;		/* rules for the others */
};

static void add_rule(struct text *out, const char *action, const char *call, const struct condition *when, const char *op)
{
	bool masked = strcmp(op, "SCMP_CMP_MASKED_EQ") == 0;

	text_printf(out, ",\n\t\t{ \"action\": \"%s\", \"names\": [\"%s\"], \"args\": [{ \"index\": %u, \"op\": \"%s\", "
			 "\"value\": %" PRIu64, action, call, when->index, op, masked ? when->mask : when->value);
	if (masked)
		text_printf(out, ", \"valueTwo\": %" PRIu64, when->value);
	text_puts(out, " }] }");
}

/* Goes on where the argument is that value, or no bit of the mask is set; then there is a rule for each that may be. */
static void add_rules(struct text *out, const char *call, const struct condition *when)
{
	bool whole = when->mask == UINT64_MAX;

	add_rule(out, "SCMP_ACT_ALLOW", call, when, whole ? "SCMP_CMP_EQ" : "SCMP_CMP_MASKED_EQ");
	if (whole)
		add_rule(out, "SCMP_ACT_NOTIFY", call, when, "SCMP_CMP_NE");
	for (uint64_t bit = 1; !whole && bit && bit <= when->mask; bit <<= 1)
		if (when->mask & bit)
			add_rule(out, "SCMP_ACT_NOTIFY", call, &(struct condition){ when->index, bit, bit }, "SCMP_CMP_MASKED_EQ");
}

static const struct not_notified *find_not_notified(const char *name)
{
	const struct not_notified *row;

	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++)
		if (strcmp(row->call, name) == 0)
			return row;
	return NULL;
}

/* The mask that profiles rule on. */
static struct condition plain(const char *call, const struct arch *abi)
{
	const struct ruling *ruling = ruling_of(call);
	const struct syscall_argument *argument = syscall_argument_find(abi, call, ruling->argument);

	return (struct condition){ argument->index, ruling->mask, 0 };
}

static void add_call(struct profile_rules *rules, const struct told_calls *told, const char *name)
{
	const struct not_notified *row = find_not_notified(name);
	const struct told_call *call = row ? NULL : told_calls_get(told, name);
	struct condition when = call ? call->when : (struct condition){ 0 };
	bool passes = row || call;

	if (row && row->plain_only)
		when = plain(name, arch_native());
	if (!passes || !when.mask)
		string_set_add(passes ? &rules->passing : &rules->held, name);
	else
		add_rules(&rules->on_condition, name, &when);
}

/* A name is ruled on once, though several ABIs have it. */
static void add_calls(struct profile_rules *rules, const struct told_calls *told, const struct arch *abi, struct string_set *seen)
{
	for (uint32_t number = 0; number < NUMBERS; number++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(abi, number | abi->number_mask, name);
		if (name[0] != '#' && string_set_add(seen, name))
			add_call(rules, told, name);
	}
}

static void add_names(struct text *out, const char *action, const struct string_set *names)
{
	text_printf(out, "\n\t\t{ \"action\": \"%s\", \"names\": [", action);
	for (size_t i = 0; i < names->count; i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", names->items[i]);
	text_puts(out, "\n\t\t] }");
}

static void profile_rules_done(struct profile_rules *rules)
{
	string_set_done(&rules->passing);
	string_set_done(&rules->held);
	text_done(&rules->on_condition);
}

void record_profile(struct text *out, const struct record_profile_options *options)
{
	const struct told_calls *told = options->listener ? listener_told_calls(options->listener) : NULL;
	CLEANUP(profile_rules_done) struct profile_rules rules = { 0 };
	CLEANUP(string_set_done) struct string_set seen = STRING_SET_EMPTY;
	const struct arch *native = arch_native(), *abi;
	const char *separator = "";

	text_printf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": 38,\n\t\"architectures\": [");
	for (size_t i = 0; native && (abi = arch_at(i)) != NULL; i++) {
		if (strcmp(abi->family, native->family) != 0)
			continue;
		add_calls(&rules, told, abi, &seen);
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
	} else if (told && told->count) {
		text_printf(out, ",\n\t\"listenerMetadata\": \"" TOLD_PREFIX "%s\"", told->mark);
	}
	text_puts(out, ",\n\t\"syscalls\": [");
	add_names(out, "SCMP_ACT_ALLOW", &rules.passing);
	text_putc(out, ',');
	add_names(out, "SCMP_ACT_NOTIFY", &rules.held);
	text_add(out, rules.on_condition.data, rules.on_condition.length);
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
