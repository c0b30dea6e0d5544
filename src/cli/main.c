/* SPDX-License-Identifier: Apache-2.0 */
/* The command table, and the way from argv to a row of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

/* One row a command: `extern const struct command command_NAME;` in cmd_NAME.c. In the order of a user's day. */
extern const struct command command_record;
extern const struct command command_listen;
extern const struct command command_stop;
extern const struct command command_update;
extern const struct command command_emit;
extern const struct command command_merge;
extern const struct command command_import;
extern const struct command command_show;
extern const struct command command_diff;
extern const struct command command_why;
extern const struct command command_load;
extern const struct command command_verify;
extern const struct command command_runtime;
extern const struct command command_setup;
extern const struct command command_doctor;
extern const struct command command_help;

const struct command *const commands[] = {
	&command_record,
	&command_listen,
	&command_stop,
	&command_update,
	&command_emit,
	&command_merge,
	&command_import,
	&command_show,
	&command_diff,
	&command_why,
	&command_load,
	&command_verify,
	&command_runtime,
	&command_setup,
	&command_doctor,
	&command_help,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

void print_overview(FILE *out)
{
	fputs("usage: snug COMMAND [OPTION...]\n\n"
	      "Watches what a container really does and writes the smallest seccomp profile,\n"
	      "AppArmor profile and capability list under which it still passes its tests.\n\n", out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'snug COMMAND --help' tells more.\n", out);
}

static int unknown_command(const char *name)
{
	struct nearest nearest = { .given = name };

	for (size_t i = 0; commands[i]; i++)
		nearest_offer(&nearest, commands[i]->name);
	if (nearest.name)
		return complain_text("unknown command '%s' (hint: did you mean 'snug %s'?)", name, nearest.name);
	return complain_text("unknown %s '%s' (hint: 'snug --help' lists the commands)",
			     name[0] == '-' ? "option" : "command", name);
}

static int run_help(struct invocation *invocation)
{
	const struct command *command;

	if (invocation->operand_count > 1)
		return complain_text("help: one command at a time, not '%s'", invocation->operands[1]);
	if (invocation->operand_count == 0) {
		print_overview(stdout);
		return STATUS_FINE;
	}
	command = command_find(invocation->operands[0]);
	if (!command)
		return unknown_command(invocation->operands[0]);
	print_command_help(command, stdout);
	return STATUS_FINE;
}

static const struct command_option no_options[] = { { 0 } };

const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND]",
	.summary = "tell what snug, or one of its commands, does",
	.options = no_options,
	.run = run_help,
};

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_overview(stderr);
		return STATUS_TROUBLE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("snug " PACKAGE_VERSION);
		return STATUS_FINE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_overview(stdout);
		return STATUS_FINE;
	}
	command = command_find(argv[1]);
	return command ? command_run(command, argc - 1, argv + 1) : unknown_command(argv[1]);
}

/*
 * A result that did not reach its reader is trouble, whatever the command thought. The write that fails
 * may be the very last one (a full disk, a network file system). EBADF: there was no standard output to
 * begin with, and nothing was written to it. A reader who has left (SIGPIPE) ends us the usual way.
 */
int main(int argc, char **argv)
{
	int status = run(argc, argv);
	bool failed = ferror(stdout) || fflush(stdout) != 0;

	if (!failed && (fclose(stdout) == 0 || errno == EBADF))
		return status;
	return complain_text("cannot write to standard output: %s", strerror(errno));
}
