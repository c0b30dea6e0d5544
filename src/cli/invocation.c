/* SPDX-License-Identifier: Apache-2.0 */
/* From a row of the command table and an argv to a parsed command line; and the help, from the same rows. */
#include <ctype.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define OPTION_CODE_BASE 256	/* getopt_long() codes of our options; above every letter */
#define OPTION_COLUMN 26	/* where the words about an option begin */

static size_t option_count(const struct command *command)
{
	size_t count = 0;

	while (command->options[count].name)
		count++;
	return count;
}

static void print_option(FILE *out, const struct command_option *option)
{
	const char letter[] = { option->letter, option->letter ? ',' : '\0', ' ', '\0' };
	int column = fprintf(out, "  %s%s--%s%s%s", option->letter ? "-" : "    ", letter,
			     option->name, option->argument ? "=" : "", option->argument ? option->argument : "");

	if (column + 2 > OPTION_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", OPTION_COLUMN - column, "");
	print_wrapped(out, OPTION_COLUMN, OPTION_COLUMN, option->help);
}

void print_command_help(const struct command *command, FILE *out)
{
	static const struct command_option help = { "help", 'h', NULL, "this help" };
	int indent = fprintf(out, "usage: snug %s ", command->name);

	print_wrapped(out, (size_t)indent, (size_t)indent, command->usage);
	fprintf(out, "\n%c%s.\n\n", toupper((unsigned char)command->summary[0]), command->summary + 1);
	for (size_t i = 0; i < option_count(command); i++)
		print_option(out, &command->options[i]);
	print_option(out, &help);
	fprintf(out, "\n'man snug-%s' tells more.\n", command->name);
}

const char *option_value(const struct invocation *invocation, const char *name)
{
	const struct command_option *options = invocation->command->options;
	size_t i = 0;

	while (options[i].name && strcmp(options[i].name, name) != 0)
		i++;
	if (!options[i].name)
		abort();
	return invocation->values[i];
}

long option_number(const struct invocation *invocation, const char *name, long otherwise)
{
	const char *value = option_value(invocation, name);
	char *end;
	long number;

	if (!value)
		return otherwise;
	number = strtol(value, &end, 10);
	return *end || end == value || number > INT32_MAX ? -1 : number;
}

/* getopt_long()'s tables out of ours. */
static void make_getopt_tables(const struct command *command, struct option *longs, char *letters)
{
	size_t count = option_count(command);

	if (command->options_first)
		*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < count; i++) {
		const struct command_option *o = &command->options[i];

		longs[i] = (struct option){ o->name, o->argument ? required_argument : no_argument, NULL,
					    (int)(OPTION_CODE_BASE + i) };
		if (o->letter) {
			*letters++ = o->letter;
			if (o->argument)
				*letters++ = ':';
		}
	}
	longs[count] = (struct option){ "help", no_argument, NULL, 'h' };
	*letters++ = 'h';
	*letters = '\0';
}

static size_t option_index(const struct command_option *options, int code)
{
	size_t i = 0;

	if (code >= OPTION_CODE_BASE)
		return (size_t)(code - OPTION_CODE_BASE);
	while (options[i].letter != code)
		i++;
	return i;
}

static int unknown_option(const struct command *command, const char *word)
{
	char name[64];
	struct nearest nearest = { .given = name };

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < option_count(command); i++)
		nearest_offer(&nearest, command->options[i].name);
	if (nearest.name)
		return complain_text("%s: unknown option '--%s' (hint: did you mean '--%s'?)", command->name, name,
				     nearest.name);
	return complain_text("%s: unknown option '--%s' (hint: 'snug %s --help' lists them)", command->name, name,
			     command->name);
}

/* What getopt_long() did not like, from the variables that it leaves behind. */
static int bad_option(const struct command *command, int code, const char *word)
{
	char name[64];

	if (optopt == 0)
		return unknown_option(command, word);
	if (optopt >= OPTION_CODE_BASE)
		snprintf(name, sizeof(name), "--%s", command->options[option_index(command->options, optopt)].name);
	else if (optopt == 'h')
		snprintf(name, sizeof(name), "--help");
	else
		snprintf(name, sizeof(name), "-%c", optopt);
	return complain_text("%s: %s '%s' (hint: 'snug %s --help')", command->name,
			     code == ':' ? "no argument given to option" :
			     optopt >= OPTION_CODE_BASE || optopt == 'h' ? "no argument is taken by option" :
			     "unknown option", name, command->name);
}

int command_run(const struct command *command, int argc, char **argv)
{
	size_t count = option_count(command);
	auto_free struct option *longs = xcalloc(count + 2, sizeof(*longs));
	auto_free char *letters = xcalloc(2 * count + 4, 1);
	auto_free const char **values = xcalloc(count + 1, sizeof(*values));
	struct invocation invocation = { .command = command, .values = values };
	int code;

	make_getopt_tables(command, longs, letters);
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (code == 'h') {
			print_command_help(command, stdout);
			return STATUS_FINE;
		}
		if (code == ':' || code == '?')
			return bad_option(command, code, argv[optind - 1]);
		values[option_index(command->options, code)] = optarg ? optarg : "";
	}
	invocation.operands = argv + optind;
	invocation.operand_count = (size_t)(argc - optind);
	return command->run(&invocation);
}
