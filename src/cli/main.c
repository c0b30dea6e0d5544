/* SPDX-License-Identifier: Apache-2.0 */
/* The command table, and the way from argv to a row of it. Help is printed from the rows. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

const struct command *const commands[] = {
	NULL,
};

#define OPTION_CODE_BASE 256	/* getopt_long() codes of our options; above every letter */

static int help(FILE *out)
{
	fputs("usage: snug COMMAND [OPTION...]\n\n"
	      "Watches what a container really does and writes the smallest seccomp profile,\n"
	      "AppArmor profile and capability list under which it still passes its tests.\n\n", out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'snug COMMAND --help' tells more.\n", out);
	return STATUS_FINE;
}

static int command_help(const struct command *command, FILE *out)
{
	fprintf(out, "usage: snug %s %s\n\n%s.\n\n", command->name, command->usage, command->summary);
	for (const struct command_option *o = command->options; o->name; o++) {
		char names[64];

		snprintf(names, sizeof(names), "%s%c%s --%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
			 o->letter ? "," : " ", o->name, o->argument ? "=" : "", o->argument ? o->argument : "");
		fprintf(out, "  %-28s %s\n", names, o->help);
	}
	return STATUS_FINE;
}

int complain(const struct error *err)
{
	fprintf(stderr, "snug: %s\n", err->text);
	return STATUS_TROUBLE;
}

int complain_text(const char *format, ...)
{
	va_list args;

	fputs("snug: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_TROUBLE;
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

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* Letters a and b differ in one edit or share a beginning: good enough for a hint. */
static const struct command *nearest_command(const char *name)
{
	for (size_t length = strlen(name); length >= 2; length--)
		for (size_t i = 0; commands[i]; i++)
			if (strncmp(commands[i]->name, name, length) == 0)
				return commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const struct command *near = nearest_command(name);

	if (near)
		return complain_text("unknown command '%s' (hint: did you mean 'snug %s'?)", name, near->name);
	return complain_text("unknown command '%s' (hint: 'snug --help' lists them)", name);
}

/* getopt_long()'s tables out of ours. */
static void make_getopt_tables(const struct command_option *options, size_t count,
			       struct option *longs, char *letters)
{
	*letters++ = '+';	/* stop at the first operand: what follows belongs to the command that is run */
	*letters++ = ':';
	for (size_t i = 0; i < count; i++) {
		longs[i] = (struct option){ options[i].name, options[i].argument ? required_argument : no_argument,
					    NULL, (int)(OPTION_CODE_BASE + i) };
		if (options[i].letter) {
			*letters++ = options[i].letter;
			if (options[i].argument)
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

static int run_command(const struct command *command, int argc, char **argv)
{
	size_t count = 0;
	int code;

	while (command->options[count].name)
		count++;
	auto_free struct option *longs = xcalloc(count + 2, sizeof(*longs));
	auto_free char *letters = xcalloc(2 * count + 4, 1);
	auto_free const char **values = xcalloc(count, sizeof(*values));
	struct invocation invocation = { .command = command, .values = values };

	make_getopt_tables(command->options, count, longs, letters);
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (code == 'h')
			return command_help(command, stdout);
		if (code == ':' || code == '?')
			return complain_text("%s: %s '%s' (hint: 'snug %s --help')", command->name,
					     code == ':' ? "no argument given to" : "unknown option",
					     argv[optind - 1], command->name);
		values[option_index(command->options, code)] = optarg ? optarg : "";
	}
	invocation.operands = argv + optind;
	invocation.operand_count = (size_t)(argc - optind);
	return command->run(&invocation);
}

/* A result that did not reach its reader is trouble, whatever the command thought. */
static int close_stdout(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return complain_text("cannot write to standard output: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2)
		return help(stderr), STATUS_TROUBLE;
	if (strcmp(argv[1], "--version") == 0)
		return close_stdout(puts("snug " PACKAGE_VERSION) < 0 ? STATUS_TROUBLE : STATUS_FINE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return close_stdout(help(stdout));
	if (strcmp(argv[1], "help") == 0) {
		if (argc < 3)
			return close_stdout(help(stdout));
		command = find_command(argv[2]);
		return command ? close_stdout(command_help(command, stdout)) : unknown_command(argv[2]);
	}
	command = find_command(argv[1]);
	return command ? close_stdout(run_command(command, argc - 1, argv + 1)) : unknown_command(argv[1]);
}
