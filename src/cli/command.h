/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subcommand: one row of the table in main.c, one file cmd_NAME.c.
 *
 * Its options are rows too: they are parsed, and the help is printed, from them. The man page
 * man/snug-NAME.1 must name the same options; tests/lint/help_is_man.test compares.
 */
#ifndef SNUG_CLI_COMMAND_H
#define SNUG_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "snug/error.h"

enum status {
	STATUS_FINE = 0,
	STATUS_NO = 1,		/* the answer is no: diff differs, verify finds a gap */
	STATUS_TROUBLE = 2,	/* trouble or bad usage */
};

struct command_option {
	const char *name;	/* long name without the dashes */
	char letter;		/* short form, 0 = none */
	const char *argument;	/* its name in the help, NULL = none */
	const char *help;	/* lower case, no full stop; wrapped where it is printed */
};

struct invocation;

struct command {
	const char *name;
	const char *usage;		/* what follows the name: "[-o FILE] TRACE..." */
	const char *summary;		/* one line, lower case, no full stop */
	const struct command_option *options;	/* ends with a NULL name */
	int (*run)(struct invocation *invocation);	/* returns the exit status */
	bool options_first;		/* the first operand starts a foreign command line; else options may follow */
};

/* A parsed command line; made from command.options. */
struct invocation {
	const struct command *command;
	const char **values;		/* by index in command.options: the argument, "" for a flag, NULL = not given */
	char **operands;		/* NULL-terminated */
	size_t operand_count;
};

extern const struct command *const commands[];	/* ends with NULL */

/* invocation.c */

/* Parses `argv` (its first member is the command's name) and runs the command; returns its exit status. */
int command_run(const struct command *command, int argc, char **argv);

/* NULL when unknown. */
const struct command *command_find(const char *name);

/* The value of option `name`; aborts on a name that the command does not have. */
const char *option_value(const struct invocation *invocation, const char *name);

/* The number given for it, `otherwise` when none is; negative when it is none. */
long option_number(const struct invocation *invocation, const char *name, long otherwise);

void print_overview(FILE *out);
void print_command_help(const struct command *command, FILE *out);

/* message.c */

/* "snug: TEXT" to standard error; returns STATUS_TROUBLE. */
int complain(const struct error *err);
int complain_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lines stand below the cursor, and a message takes their place, as long as `*are_there`; it may be shared by processes. */
void complain_over_lines(const bool *are_there);

#define MESSAGE_ERASE "\r\033[J"	/* from the cursor's line to the end of the screen (ECMA-48, ED) */

/* The name that was meant, if one is near enough: offer every name there is, then read `name`. */
struct nearest {
	const char *given;
	const char *name;	/* NULL = none is near */
	size_t distance;
};

void nearest_offer(struct nearest *nearest, const char *name);

/* `text` to `out`, broken at spaces before column 80; lines after the first begin at column `indent`. */
void print_wrapped(FILE *out, size_t column, size_t indent, const char *text);

#endif
