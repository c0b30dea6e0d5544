/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's default profile, built in from templates/docker-default.csv. */
#include "snug/docker_default.h"

#include <jansson.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/profile_resolve.h"

#define EPERM_NUMBER 1	/* of a container's kernel: the same on every architecture */

/* Words are separated by blanks; "" where there is no such condition. */
struct docker_default {
	const char *call;
	int refusal;		/* errno; 0 = allowed */
	const char *arches, *not_arches, *capabilities, *not_capabilities, *kernel;
	const char *argument;	/* index, operator, value, second value */
};

static const struct docker_default docker_default_rows[] = {
#include "knowledge/docker_default_rows.h"
};

/* github.com/moby/moby, oci/caps/defaults.go, the same from Docker 1.2 to 29. */
static const int default_capabilities[] = {
	CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FSETID, CAP_FOWNER, CAP_MKNOD, CAP_NET_RAW, CAP_SETGID, CAP_SETUID, CAP_SETFCAP,
	CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_KILL, CAP_AUDIT_WRITE,
};

uint64_t docker_default_capabilities(void)
{
	uint64_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(default_capabilities); i++)
		set |= 1ull << default_capabilities[i];
	return set;
}

/* `"KEY": ["PREFIXword", …]` behind a separator, nothing when there are no words. */
static void add_words(struct text *out, const char **separator, const char *key, const char *prefix, const char *words)
{
	const char *between = "";

	if (!words[0])
		return;
	text_printf(out, "%s\"%s\": [", *separator, key);
	for (size_t length; *words; words += length + (words[length] == ' ')) {
		length = strcspn(words, " ");
		text_printf(out, "%s\"%s%.*s\"", between, prefix, (int)length, words);
		between = ", ";
	}
	text_puts(out, "]");
	*separator = ", ";
}

static void add_condition(struct text *out, const char *key, const char *arches, const char *capabilities,
			  const char *kernel)
{
	const char *separator = "";

	text_printf(out, ", \"%s\": {", key);
	add_words(out, &separator, "arches", "", arches);
	add_words(out, &separator, "caps", "CAP_", capabilities);
	if (kernel[0])
		text_printf(out, "%s\"minKernel\": \"%s\"", separator, kernel);
	text_puts(out, "}");
}

/* "0 SCMP_CMP_EQ 8 0" */
static void add_argument(struct text *out, const char *argument)
{
	const char *operator = strchr(argument, ' ') + 1, *value = strchr(operator, ' ') + 1;
	const char *second = strchr(value, ' ') + 1;

	text_printf(out, ", \"args\": [{ \"index\": %.*s, \"op\": \"%.*s\", \"value\": %.*s, \"valueTwo\": %s }]",
		    (int)(operator - argument - 1), argument, (int)(value - operator - 1), operator,
		    (int)(second - value - 1), value, second);
}

static void add_rule(struct text *out, const struct docker_default *row)
{
	text_printf(out, "\t\t{ \"names\": [\"%s\"], ", row->call);
	if (row->refusal)
		text_printf(out, "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": %d", row->refusal);
	else
		text_puts(out, "\"action\": \"SCMP_ACT_ALLOW\"");
	if (row->argument[0])
		add_argument(out, row->argument);
	add_condition(out, "includes", row->arches, row->capabilities, row->kernel);
	add_condition(out, "excludes", row->not_arches, row->not_capabilities, "");
	text_puts(out, " }");
}

void docker_default_profile(struct text *out, const struct arch *machine)
{
	const char *separator = "";
	const struct arch *abi;

	text_printf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": %d,\n\t\"archMap\": [\n"
		    "\t\t{ \"architecture\": \"%s\", \"subArchitectures\": [", EPERM_NUMBER, machine->scmp_name);
	for (size_t i = 0; (abi = arch_at(i)) != NULL; i++) {
		if (abi == machine || strcmp(abi->family, machine->family) != 0)
			continue;
		text_printf(out, "%s\"%s\"", separator, abi->scmp_name);
		separator = ", ";
	}
	text_puts(out, "] }\n\t],\n\t\"syscalls\": [\n");
	for (size_t i = 0; i < ARRAY_SIZE(docker_default_rows); i++) {
		add_rule(out, &docker_default_rows[i]);
		text_puts(out, i + 1 < ARRAY_SIZE(docker_default_rows) ? ",\n" : "\n");
	}
	text_puts(out, "\t]\n}\n");
}

static void add_allowed(struct string_set *ret, const json_t *group, const struct arch *machine)
{
	const char *action = json_string_value(json_object_get(group, "action"));
	const json_t *item;
	size_t i;

	if (!action || strcmp(action, "SCMP_ACT_ALLOW") != 0)
		return;
	json_array_foreach(json_object_get(group, "names"), i, item)
		if (syscall_number(machine, json_string_value(item)) >= 0)
			string_set_add(ret, json_string_value(item));
}

void docker_default_calls(struct string_set *ret, const struct arch *machine)
{
	const struct profile_target target = { .machine = machine, .bounding = docker_default_capabilities(),
					       .kernel = UINT_MAX };
	CLEANUP(text_done) struct text profile = TEXT_EMPTY, resolved = TEXT_EMPTY;
	json_auto_t *json = NULL;
	const json_t *group;
	size_t i;

	docker_default_profile(&profile, machine);
	if (profile_resolve(&resolved, profile.data, profile.length, "Docker's default", &target, NULL) == 0)
		json = json_loadb(resolved.data, resolved.length, 0, NULL);
	json_array_foreach(json_object_get(json, "syscalls"), i, group) {
		add_allowed(ret, group, machine);
	}
}
