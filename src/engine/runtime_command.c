/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a runtime's command line told apart by a table of the options that take a value. */
#include "snug/runtime_command.h"

#include <stddef.h>
#include <string.h>

#include "snug/memory.h"

/* An option with a value, of the runtime or of create and run. `member` is where its value goes, or NO_MEMBER:
 * it must be known only so that its value is not taken for something else. Options without a value need no row. */
struct value_option {
	const char *name;
	char letter;			/* 0 = none */
	size_t member;
	const char *source;
};

#define NO_MEMBER ((size_t)-1)

static const struct value_option value_options[] = {
	{ "additional-gids", 'g', NO_MEMBER, "runc exec 1.1" },
	{ "apparmor", 0, NO_MEMBER, "runc exec, crun exec" },
	{ "bundle", 'b', offsetof(struct runtime_command, bundle), "runc create, crun create, youki create" },
	{ "cap", 'c', NO_MEMBER, "runc exec, crun exec" },
	{ "cgroup", 0, NO_MEMBER, "runc exec 1.1, crun exec" },
	{ "cgroup-manager", 0, NO_MEMBER, "crun 1.8" },
	{ "config", 'f', offsetof(struct runtime_command, config), "crun create 1.8" },
	{ "console-socket", 0, NO_MEMBER, "runc create, crun create" },
	{ "criu", 0, NO_MEMBER, "runc 1.1" },
	{ "cwd", 0, NO_MEMBER, "runc exec, crun exec" },
	{ "env", 'e', NO_MEMBER, "runc exec, crun exec" },
	{ "log", 'l', offsetof(struct runtime_command, log), "runc, crun, youki" },
	{ "log-format", 0, NO_MEMBER, "runc, crun, youki" },
	{ "log-level", 0, NO_MEMBER, "crun 1.9, youki" },
	{ "pid-file", 0, NO_MEMBER, "runc create, crun create" },
	{ "pidfd-socket", 0, NO_MEMBER, "runc create 1.2" },
	{ "preserve-fds", 0, NO_MEMBER, "runc create, crun create" },
	{ "process", 'p', NO_MEMBER, "runc exec, crun exec" },
	{ "process-label", 0, NO_MEMBER, "runc exec, crun exec" },
	{ "root", 'r', NO_MEMBER, "runc, crun, youki" },
	{ "rootless", 0, NO_MEMBER, "runc, crun" },
	{ "user", 'u', NO_MEMBER, "runc exec, crun exec" },
};

/* Words that are no value of an option that we do not know. */
static const char *const names[] = {
	"checkpoint", "create", "delete", "events", "exec", "features", "help", "init", "kill", "list", "pause", "ps",
	"restore", "resume", "run", "spec", "start", "state", "update",
};

static bool is_name(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

/* The row of an option word; `*ret_value` is the value in the same word, NULL = none. */
static const struct value_option *find_option(const char *word, const char **ret_value)
{
	const char *name = word + strspn(word, "-"), *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);

	*ret_value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(value_options); i++) {
		const struct value_option *option = &value_options[i];

		if ((strlen(option->name) == length && memcmp(option->name, name, length) == 0) ||
		    (length == 1 && option->letter == name[0]))
			return option;
	}
	return NULL;
}

/* "-bDIR": crun's alone. */
static const struct value_option *find_letter(const char *word, const char **ret_value)
{
	if (word[1] == '-' || !word[1])
		return NULL;
	*ret_value = word + 2;
	for (size_t i = 0; i < ARRAY_SIZE(value_options); i++)
		if (value_options[i].letter == word[1])
			return &value_options[i];
	return NULL;
}

static void take_value(struct runtime_command *command, const struct value_option *option, const char *value)
{
	if (option->member != NO_MEMBER)
		memcpy((char *)command + option->member, &value, sizeof(value));
	else if (strcmp(option->name, "log-format") == 0)
		command->log_is_json = strcmp(value, "json") == 0;
}

struct runtime_command runtime_command_parse(char *const *arguments)
{
	struct runtime_command command = { .bundle = ".", .config = "config.json" };
	bool after_unknown = false;

	for (; *arguments && strcmp(*arguments, "--") != 0; arguments++) {
		const struct value_option *option = NULL;
		const char *word = *arguments, *value = NULL;

		if (word[0] != '-') {
			/* Behind an option that we do not know stands its value, or the name of what is to be done. */
			if (command.name && !command.id)	/* all options with a value that may stand there are known */
				command.id = word;
			if (!command.name && (!after_unknown || is_name(word)))
				command.name = word;
			after_unknown = false;
			continue;
		}
		option = find_option(word, &value);
		if (!option)
			option = find_letter(word, &value);
		after_unknown = !option;
		if (option && !value && arguments[1])
			value = *++arguments;
		if (option && value)
			take_value(&command, option, value);
	}
	return command;
}

bool runtime_command_joins_container(const struct runtime_command *command)
{
	return command->name && command->id && strcmp(command->name, "exec") == 0;
}

bool runtime_command_makes_container(const struct runtime_command *command)
{
	return command->name && (strcmp(command->name, "create") == 0 || strcmp(command->name, "run") == 0);
}
