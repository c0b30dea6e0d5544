/* SPDX-License-Identifier: Apache-2.0 */
/* The project, which is a part of AppArmor profiles' names: chosen once, kept in the committed facts. */
#ifndef SNUG_CLI_PROJECT_H
#define SNUG_CLI_PROJECT_H

#include "cli/service.h"

/* `given`, else as the facts of the services that have been read say, else the repository's name. Owned by the caller. */
int project_choose(char **ret, const struct services *services, const char *given, struct error *err);

/* As the facts say; NULL when they say nothing. -EINVAL when they disagree. Borrowed from them. */
int project_of_facts(const char **ret, const struct services *services, struct error *err);

#endif
