/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of an OCI runtime, as engines write it: which container is to be made, and of which bundle.
 *
 * There is no standard for it but runc's own (github.com/opencontainers/runtime-tools, "Runtime Command Line Interface"). runc
 * reads options as Go's flag package does (one dash or two, "=VALUE" or the next word), crun as getopt_long(3)
 * does (two dashes, or one letter with its value behind it). What either takes is taken; where they
 * differ on a word ("-bundle=X", "-b=X") runc's reading counts.
 */
#ifndef SNUG_RUNTIME_COMMAND_H
#define SNUG_RUNTIME_COMMAND_H

#include <stdbool.h>

/* All strings are borrowed from the arguments. */
struct runtime_command {
	const char *name;	/* "create", "exec", …; NULL = none was given */
	const char *id;		/* of the container that it is about; NULL = none was given */
	const char *bundle;	/* "." = the working directory */
	const char *config;	/* name of the bundle's configuration; crun can be told another */
	const char *log;	/* where the runtime is to write what goes wrong; NULL = standard error */
	bool log_is_json;
};

/* `arguments` ends with NULL, without the runtime's own name. Nothing is refused: that is up to the runtime. */
struct runtime_command runtime_command_parse(char *const *arguments);

/* It makes a container out of a bundle's configuration. */
bool runtime_command_makes_container(const struct runtime_command *command);

/* It starts a process in a container that there is. */
bool runtime_command_joins_container(const struct runtime_command *command);

#endif
