/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every AppArmor profile holds beside the rules of its program: templates/apparmor.profile.in.
 *
 * Rules stand in blocks, a block under the comment that says why it is there.
 */
#ifndef SNUG_APPARMOR_TEMPLATE_H
#define SNUG_APPARMOR_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/text.h"

/* As it stands in the file: "@RULES@" is where the program's own go, "@PROFILE@" the profile's name, "@FLAGS@" its flags. */
const char *apparmor_template(void);

/* Is `line` one of its rules, with a profile's name in the place of "@PROFILE@"? Then appends that rule to `rule`, and the comment
 * over its block to `why`. The final comma may be missing. */
bool apparmor_template_find(const char *line, struct text *rule, struct text *why);

#endif
