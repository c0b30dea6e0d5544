/* SPDX-License-Identifier: Apache-2.0 */
/* A subcommand: one row of the table in main.c, one file cmd_NAME.c. */
#ifndef SNUG_CLI_COMMAND_H
#define SNUG_CLI_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

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
	const char *help;	/* one line */
};

struct invocation;

struct command {
	const char *name;
	const char *usage;		/* what follows the name: "[-o FILE] TRACE..." */
	const char *summary;		/* one line */
	const struct command_option *options;	/* ends with a NULL name */
	int (*run)(struct invocation *invocation);	/* returns the exit status */
};

/* A parsed command line; made from command.options. */
struct invocation {
	const struct command *command;
	const char **values;		/* by index in command.options: the argument, "" for a flag, NULL = not given */
	char **operands;		/* NULL-terminated */
	size_t operand_count;
};

/* The value of option `name`; aborts on a name that the command does not have. */
const char *option_value(const struct invocation *invocation, const char *name);

/* "snug: TEXT" to standard error; returns STATUS_TROUBLE. */
int complain(const struct error *err);
int complain_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

extern const struct command *const commands[];	/* ends with NULL */

#endif
