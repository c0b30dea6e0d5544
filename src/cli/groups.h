/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's name, home and supplementary groups, taken on before a command runs as them.
 *
 * A program asks the machine's name services, whatever they are (groups_services.c). They are shared libraries that fit the
 * machine's libc: a static binary, which brings its own, reads /etc/passwd and /etc/group (groups_file.c).
 */
#ifndef SNUG_CLI_GROUPS_H
#define SNUG_CLI_GROUPS_H

#include <stdbool.h>
#include <sys/types.h>

/* Both are owned by the caller. False when nobody has this number. */
bool find_person(uid_t uid, char **ret_name, char **ret_home);

/* The groups of `user`, and `gid`. Returns 0 or a negative errno. */
int take_groups(const char *user, gid_t gid);

#endif
