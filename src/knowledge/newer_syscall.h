/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are newer than the oldest libseccomp that we build with (2.5.4 ends at Linux 5.17). */
#ifndef SNUG_KNOWLEDGE_NEWER_SYSCALL_H
#define SNUG_KNOWLEDGE_NEWER_SYSCALL_H

#include "snug/arch.h"

const char *newer_syscall_name(const struct arch *arch, int number);	/* NULL when unknown */
int newer_syscall_number(const struct arch *arch, const char *name);	/* -1 when unknown */

#endif
