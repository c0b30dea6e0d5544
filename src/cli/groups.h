/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supplementary groups of a person, taken on before a command runs as them.
 *
 * A program asks the machine's name services, whatever they are (groups_services.c). They are shared libraries that fit the
 * machine's libc: a static binary, which brings its own, reads /etc/group (groups_file.c).
 */
#ifndef SNUG_CLI_GROUPS_H
#define SNUG_CLI_GROUPS_H

#include <sys/types.h>

/* The groups of `user`, and `gid`. Returns 0 or a negative errno. */
int take_groups(const char *user, gid_t gid);

#endif
